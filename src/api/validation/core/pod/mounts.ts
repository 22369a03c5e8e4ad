import type { Container, Volume, VolumeDevice, VolumeMount } from '../../../schema/generated/types/core-v1.ts';
import { type Errors, each, oneOf, requiredText } from '../../common.ts';
import { forbidden, invalidValue, notFoundValue, required } from '../../field-error.ts';
import { relativePath } from './relative-path.ts';

const none: ReadonlySet<string> = new Set();
const propagations = ['Bidirectional', 'HostToContainer', 'None'];

interface Places {
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly isPrivileged: boolean;
  /** Names and paths of the other list: a volume is mounted or it is a device. */
  readonly others: ReadonlySet<string>;
  readonly taken: Set<string>;
}

/** Where a container finds the volumes of its pod, as directories and as devices. */
export function validateMounts(container: Container, path: string, volumes: ReadonlyMap<string, Volume>): Errors {
  const { volumeMounts, volumeDevices, securityContext } = container;
  if (!volumeMounts && !volumeDevices) return [];
  const common = { volumes, isPrivileged: securityContext?.privileged === true };
  // Nearly every container has mounts and no devices.
  const both = volumeMounts && volumeDevices;
  const devices = both ? new Set(volumeDevices.flatMap(({ name, devicePath }) => [`name:${name}`, devicePath])) : none;
  const mounts = both ? new Set(volumeMounts.flatMap(({ name, mountPath }) => [`name:${name}`, mountPath])) : none;
  const mounted = { ...common, others: devices, taken: new Set<string>() };
  const attached = { ...common, others: mounts, taken: new Set<string>() };
  return [
    ...each(volumeMounts, `${path}.volumeMounts`, (mount, here) => validateMount(mount, here, mounted)),
    ...each(volumeDevices, `${path}.volumeDevices`, (device, here) => validateDevice(device, here, attached)),
  ];
}

function validateMount(mount: VolumeMount, path: string, { volumes, isPrivileged, others, taken }: Places): Errors {
  const { name, mountPath, subPath, subPathExpr, mountPropagation: propagation } = mount;
  const errors = requiredText(name, `${path}.name`);
  if (name && !volumes.has(name)) errors.push(notFoundValue(`${path}.name`, name));
  if (!mountPath) errors.push(required(`${path}.mountPath`));
  else if (taken.has(mountPath)) errors.push(invalidValue(`${path}.mountPath`, mountPath, 'must be unique'));
  taken.add(mountPath);
  if (others.has(`name:${name}`))
    errors.push(invalidValue(`${path}.name`, name, 'must not already exist in volumeDevices'));
  if (others.has(mountPath))
    errors.push(invalidValue(`${path}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'));
  if (subPath) errors.push(...relativePath(subPath, `${path}.subPath`));
  if (subPathExpr) {
    if (subPath)
      errors.push(invalidValue(`${path}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
    errors.push(...relativePath(subPathExpr, `${path}.subPathExpr`));
  }
  errors.push(...oneOf(propagation, `${path}.mountPropagation`, propagations));
  if (propagation === 'Bidirectional' && !isPrivileged)
    errors.push(
      forbidden(
        `${path}.mountPropagation`,
        'Bidirectional mount propagation is available only to privileged containers',
      ),
    );
  return [...errors, ...validateRecursion(mount, `${path}.recursiveReadOnly`)];
}

function validateRecursion({ recursiveReadOnly: mode, readOnly, mountPropagation }: VolumeMount, path: string): Errors {
  if (mode === undefined || mode === 'Disabled') return [];
  if (mode !== 'Enabled' && mode !== 'IfPossible') return oneOf(mode, path, ['Disabled', 'Enabled', 'IfPossible']);
  const errors: Errors = [];
  if (!readOnly) errors.push(forbidden(path, 'may only be specified when readOnly is true'));
  if (mountPropagation !== undefined && mountPropagation !== 'None')
    errors.push(forbidden(path, 'may only be specified when mountPropagation is None or not specified'));
  return errors;
}

const backstep = "can not contain backsteps ('..')";
const blockSources = ['persistentVolumeClaim', 'ephemeral'] as const;

function validateDevice({ name, devicePath }: VolumeDevice, path: string, { volumes, others, taken }: Places): Errors {
  const errors = requiredText(name, `${path}.name`);
  const volume = volumes.get(name);
  if (name && !volume) errors.push(notFoundValue(`${path}.name`, name));
  if (volume && !blockSources.some((source) => volume[source]))
    errors.push(
      invalidValue(
        `${path}.name`,
        name,
        'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
      ),
    );
  const here = `${path}.devicePath`;
  if (!devicePath) errors.push(required(here));
  else if (taken.has(devicePath)) errors.push(invalidValue(here, devicePath, 'must be unique'));
  else if (devicePath.split('/').includes('..')) errors.push(invalidValue(here, devicePath, backstep));
  taken.add(devicePath);
  if (others.has(devicePath))
    errors.push(invalidValue(here, devicePath, 'must not already exist as a path in volumeMounts'));
  if (others.has(`name:${name}`))
    errors.push(invalidValue(`${path}.name`, name, 'must not already exist in volumeMounts'));
  return errors;
}
