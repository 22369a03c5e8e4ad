import type { CSIDriver, CSINode, CSIStorageCapacity, TokenRequest } from '../../schema/generated/types/storage-v1.ts';
import {
  duplicates,
  type Errors,
  each,
  immutable,
  notNegative,
  oneOf,
  quantity,
  requiredFormat,
  requiredText,
} from '../common.ts';
import { duplicate, invalidFormat, invalidValue, required, tooLong } from '../field-error.ts';
import { isDns1123Subdomain, isQualifiedName } from '../format.ts';
import { validateLabelSelector } from '../label-selector.ts';
import { driverName } from './driver-name.ts';

const maxNodeIdBytes = 192;
const [leastTokenSeconds, mostTokenSeconds] = [600, 2 ** 32];

export function validateCsiDriver({ metadata, spec }: CSIDriver): Errors {
  if (!spec) return [required('spec')];
  const errors: Errors = [
    ...driverName(metadata.name, 'name'),
    ...validateTokenRequests(spec.tokenRequests, 'spec.tokenRequests'),
    ...oneOf(spec.fsGroupPolicy, 'spec.fsGroupPolicy', ['File', 'None', 'ReadWriteOnceWithFSType']),
    ...each(spec.volumeLifecycleModes, 'spec.volumeLifecycleModes', (mode) =>
      oneOf(mode, 'spec.volumeLifecycleModes', ['Persistent', 'Ephemeral']),
    ),
  ];
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  if (period !== undefined && period < 10)
    errors.push(
      invalidValue('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds'),
    );
  return errors;
}

function validateTokenRequests(requests: readonly TokenRequest[] | undefined, path: string): Errors {
  const audiences = new Set<string>();
  return each(requests, path, ({ audience, expirationSeconds: seconds }, here) => {
    const errors: Errors = audiences.has(audience) ? [duplicate(`${here}.audience`, audience)] : [];
    audiences.add(audience);
    if (seconds !== undefined && seconds < leastTokenSeconds)
      errors.push(
        invalidValue(`${here}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'),
      );
    if (seconds !== undefined && seconds > mostTokenSeconds)
      errors.push(
        invalidValue(`${here}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'),
      );
    return errors;
  });
}

export function validateCsiDriverUpdate({ spec }: CSIDriver, { spec: old }: CSIDriver): Errors {
  if (!spec || !old) return [];
  return [
    ...immutable(spec.attachRequired, old.attachRequired, 'spec.attachRequired'),
    ...immutable(spec.fsGroupPolicy, old.fsGroupPolicy, 'spec.fsGroupPolicy'),
    ...immutable(spec.volumeLifecycleModes, old.volumeLifecycleModes, 'spec.volumeLifecycleModes'),
  ];
}

export function validateCsiNode({ spec }: CSINode): Errors {
  if (!spec) return [required('spec')];
  return [
    ...each(spec.drivers, 'spec.drivers', ({ name, nodeID = '', allocatable, topologyKeys }, path) => [
      ...driverName(name, `${path}.name`),
      ...requiredText(nodeID, `${path}.nodeID`),
      ...(nodeID.length > maxNodeIdBytes ? [tooLong(`${path}.nodeID`, maxNodeIdBytes)] : []),
      ...notNegative(allocatable?.count, `${path}.allocatable.count`),
      ...each(topologyKeys, `${path}.topologyKeys`, (key, at) =>
        key ? invalidFormat(at, key, isQualifiedName(key)) : [required(at)],
      ),
      ...duplicates(
        topologyKeys,
        (key) => key,
        (at) => `${path}.topologyKeys[${at}]`,
      ),
    ]),
    ...duplicates(
      spec.drivers,
      ({ name }) => name,
      (at) => `spec.drivers[${at}].name`,
    ),
  ];
}

export function validateCsiNodeUpdate({ spec }: CSINode, { spec: old }: CSINode): Errors {
  return each(spec?.drivers, 'spec.drivers', (driver, path) => {
    const before = old?.drivers?.find(({ name }) => name === driver.name);
    if (!before) return [];
    return [
      ...immutable(driver.nodeID, before.nodeID, `${path}.nodeID`),
      ...immutable(driver.topologyKeys, before.topologyKeys, `${path}.topologyKeys`),
    ];
  });
}

export function validateCsiStorageCapacity(object: CSIStorageCapacity): Errors {
  const { storageClassName, nodeTopology, capacity, maximumVolumeSize } = object;
  return [
    ...requiredFormat(storageClassName, 'storageClassName', isDns1123Subdomain),
    ...validateLabelSelector(nodeTopology, 'nodeTopology'),
    ...(capacity === undefined ? [] : quantity(capacity, 'capacity')),
    ...(maximumVolumeSize === undefined ? [] : quantity(maximumVolumeSize, 'maximumVolumeSize')),
  ];
}

export function validateCsiStorageCapacityUpdate(object: CSIStorageCapacity, old: CSIStorageCapacity): Errors {
  return [
    ...immutable(object.nodeTopology, old.nodeTopology, 'nodeTopology'),
    ...immutable(object.storageClassName, old.storageClassName, 'storageClassName'),
  ];
}
