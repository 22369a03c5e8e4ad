import { jsonEqual } from '../../patch/record.ts';
import type { PersistentVolume, PersistentVolumeSpec, SecretReference } from '../../schema/generated/types/core-v1.ts';
import { type Errors, immutable, oneOf, optionalFormat, requiredText } from '../common.ts';
import { forbidden, invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';
import { driverName } from '../storage/driver-name.ts';
import { storageAmount, validateAccessModes, volumeModes } from './persistent-volume-claim.ts';
import { validateNodeSelector } from './pod/scheduling.ts';
import { sharedSources, withoutBacksteps } from './volume-sources.ts';

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
const order = [...Object.keys(sharedSources), 'local'];

function sourcesOf(spec: PersistentVolumeSpec): readonly string[] {
  return Object.keys(spec)
    .filter((key) => !notSources.has(key) && spec[key as keyof PersistentVolumeSpec] !== undefined)
    .sort((left, right) => order.indexOf(left) - order.indexOf(right));
}

export function validatePersistentVolume({ spec = {} }: PersistentVolume): Errors {
  return validateVolumeSpec(spec, 'spec');
}

function validateVolumeSpec(spec: PersistentVolumeSpec, path: string): Errors {
  const { accessModes: modes = [], capacity = {}, nodeAffinity, persistentVolumeReclaimPolicy: policy } = spec;
  const here = `${path}.capacity`;
  const errors: Errors =
    modes.length === 0 ? [required(`${path}.accessModes`)] : validateAccessModes(modes, `${path}.accessModes`);
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required(here));
  if (names.length > 1 || capacity['storage'] === undefined)
    errors.push(notSupported(here, spec.capacity ?? null, ['storage']));
  for (const name of names) errors.push(...storageAmount(capacity[name] ?? '', `${here}[${name}]`));
  errors.push(...oneOf(policy, `${path}.persistentVolumeReclaimPolicy`, ['Delete', 'Recycle', 'Retain']));
  if (nodeAffinity) {
    const wanted = `${path}.nodeAffinity.required`;
    if (nodeAffinity.required) errors.push(...validateNodeSelector(nodeAffinity.required, wanted));
    else errors.push(required(wanted, 'must specify required node constraints'));
  }
  return [
    ...errors,
    ...validateSources(spec, path),
    ...optionalFormat(spec.storageClassName, `${path}.storageClassName`, isDns1123Subdomain),
    ...oneOf(spec.volumeMode, `${path}.volumeMode`, volumeModes),
    ...validateAttributesClass(spec, path),
  ];
}

/** Exactly one source. */
function validateSources(spec: PersistentVolumeSpec, path: string): Errors {
  const [first, ...more] = sourcesOf(spec);
  if (first === undefined) return [required(path, 'must specify a volume type')];
  const errors = validateSource(spec, first, path);
  for (const name of more) errors.push(forbidden(`${path}.${name}`, 'may not specify more than 1 volume type'));
  const isRoot = spec.hostPath && /^\/+$/.test(spec.hostPath.path);
  if (isRoot && spec.persistentVolumeReclaimPolicy === 'Recycle')
    errors.push(forbidden(`${path}.persistentVolumeReclaimPolicy`, "may not be 'recycle' for a hostPath mount of '/'"));
  return errors;
}

function validateSource(spec: PersistentVolumeSpec, name: string, path: string): Errors {
  const here = `${path}.${name}`;
  if (name === 'local') {
    const errors = spec.local?.path ? withoutBacksteps(spec.local.path, `${here}.path`) : [required(`${here}.path`)];
    if (!spec.nodeAffinity) errors.push(required(`${path}.nodeAffinity`, 'Local volume requires node affinity'));
    return errors;
  }
  if (name === 'csi') return validateCsi(spec, here);
  const check = sharedSources[name as keyof typeof sharedSources] as
    | ((source: unknown, path: string) => Errors)
    | undefined;
  return check?.(spec[name as keyof PersistentVolumeSpec], here) ?? [];
}

const secrets = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
  'nodeStageSecretRef',
] as const;

function validateCsi({ csi }: PersistentVolumeSpec, path: string): Errors {
  if (!csi) return [];
  const errors = [
    ...driverName(csi.driver, `${path}.driver`),
    ...requiredText(csi.volumeHandle, `${path}.volumeHandle`),
  ];
  for (const name of secrets) {
    const secret: SecretReference | undefined = csi[name];
    if (!secret) continue;
    errors.push(
      ...requiredText(secret.name, `${path}.${name}.name`),
      ...requiredText(secret.namespace, `${path}.${name}.namespace`),
    );
  }
  return errors;
}

function validateAttributesClass({ volumeAttributesClassName: name, csi }: PersistentVolumeSpec, path: string): Errors {
  if (name === undefined) return [];
  const here = `${path}.volumeAttributesClassName`;
  const errors: Errors =
    name === ''
      ? [required(here, 'an empty string is disallowed')]
      : invalidFormat(here, name, isDns1123Subdomain(name));
  if (!csi) errors.push(required(`${path}.csi`, 'has to be specified when using volumeAttributesClassName'));
  return errors;
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

/** A volume that stands in another object in place of a PersistentVolume: one of a CSI driver, and only that. */
export function validateInlineVolumeSpec(spec: PersistentVolumeSpec, path: string): Errors {
  const context = 'in the context of inline volumes';
  const errors: Errors = [];
  for (const name of ['claimRef', 'capacity'] as const)
    if (spec[name] !== undefined) errors.push(forbidden(`${path}.${name}`, `may not be specified ${context}`));
  if (!spec.csi) errors.push(required(`${path}.csi`, `has to be specified ${context}`));
  const { accessModes: modes = [], persistentVolumeReclaimPolicy: policy } = spec;
  errors.push(
    ...(modes.length === 0 ? [required(`${path}.accessModes`)] : validateAccessModes(modes, `${path}.accessModes`)),
  );
  if (policy && policy !== 'Retain')
    errors.push(forbidden(`${path}.persistentVolumeReclaimPolicy`, `may only be Retain ${context}`));
  for (const name of ['nodeAffinity', 'storageClassName', 'volumeMode'] as const)
    if (spec[name] !== undefined) errors.push(forbidden(`${path}.${name}`, `may not be specified ${context}`));
  return [...errors, ...validateSources(spec, path)];
}
