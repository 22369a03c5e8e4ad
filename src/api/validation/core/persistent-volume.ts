import { jsonEqual } from '../../patch/record.ts';
import type { PersistentVolume, PersistentVolumeSpec } from '../../schema/generated/types/core-v1.ts';
import { type Errors, immutable, oneOf, optionalFormat } from '../common.ts';
import { forbidden, invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';
import { storageAmount, validateAccessModes, volumeModes } from './persistent-volume-claim.ts';
import { validateNodeSelector } from './pod/scheduling.ts';
import { validateHostPath } from './pod/volumes.ts';

/** Fields of the spec that say something about the volume; every other one is a source. */
const notSources: ReadonlySet<string> = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

function sourcesOf(spec: PersistentVolumeSpec): readonly string[] {
  return Object.keys(spec).filter(
    (key) => !notSources.has(key) && spec[key as keyof PersistentVolumeSpec] !== undefined,
  );
}

export function validatePersistentVolume({ spec = {} }: PersistentVolume): Errors {
  const modes = spec.accessModes ?? [];
  const errors: Errors =
    modes.length === 0 ? [required('spec.accessModes')] : validateAccessModes(modes, 'spec.accessModes');
  const { capacity = {}, local, hostPath, nodeAffinity } = spec;
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required('spec.capacity'));
  else if (names.length > 1 || capacity['storage'] === undefined)
    errors.push(notSupported('spec.capacity', capacity, ['storage']));
  for (const name of names) errors.push(...storageAmount(capacity[name] ?? '', `spec.capacity[${name}]`));
  errors.push(
    ...oneOf(spec.persistentVolumeReclaimPolicy, 'spec.persistentVolumeReclaimPolicy', ['Delete', 'Recycle', 'Retain']),
  );
  if (nodeAffinity && !nodeAffinity.required)
    errors.push(required('spec.nodeAffinity.required', 'must specify required node constraints'));
  if (nodeAffinity?.required) errors.push(...validateNodeSelector(nodeAffinity.required, 'spec.nodeAffinity.required'));
  const [first, ...more] = sourcesOf(spec);
  if (first === undefined) errors.push(required('spec', 'must specify a volume type'));
  for (const name of more) errors.push(forbidden(`spec.${name}`, 'may not specify more than 1 volume type'));
  if (hostPath) errors.push(...validateHostPath(hostPath.path, 'spec.hostPath.path'));
  if (hostPath?.path === '/' && spec.persistentVolumeReclaimPolicy === 'Recycle')
    errors.push(forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"));
  if (local) {
    if (!local.path) errors.push(required('spec.local.path'));
    if (!nodeAffinity) errors.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  }
  if (spec.csi && !spec.csi.volumeHandle) errors.push(required('spec.csi.volumeHandle'));
  return [
    ...errors,
    ...optionalFormat(spec.storageClassName, 'spec.storageClassName', isDns1123Subdomain),
    ...oneOf(spec.volumeMode, 'spec.volumeMode', volumeModes),
  ];
}

export function validatePersistentVolumeUpdate({ spec = {} }: PersistentVolume, old: PersistentVolume): Errors {
  const before = old.spec ?? {};
  const sources = (from: PersistentVolumeSpec) =>
    Object.fromEntries(sourcesOf(from).map((name) => [name, from[name as keyof PersistentVolumeSpec]]));
  const errors: Errors = [];
  if (!jsonEqual(sources(spec), sources(before)))
    errors.push(forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'));
  errors.push(...immutable(spec.volumeMode, before.volumeMode, 'spec.volumeMode'));
  if (before.nodeAffinity && !jsonEqual(spec.nodeAffinity, before.nodeAffinity))
    errors.push(
      invalidValue(
        'spec.nodeAffinity',
        spec.nodeAffinity,
        'field is immutable, except for updating from beta label to GA',
      ),
    );
  return errors;
}
