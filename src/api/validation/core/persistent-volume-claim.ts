import { jsonEqual } from '../../patch/record.ts';
import { compareQuantities, parseQuantity } from '../../quantity/quantity.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../schema/generated/types/core-v1.ts';
import { type Errors, each, oneOf, optionalFormat, quantity } from '../common.ts';
import { forbidden, invalidValue, required } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';
import { validateLabelSelector } from '../label-selector.ts';

export const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
export const volumeModes = ['Block', 'Filesystem'];

export function validatePersistentVolumeClaim({ spec }: PersistentVolumeClaim): Errors {
  return validateClaimSpec(spec ?? {}, 'spec');
}

/** The spec of a claim, also in templates. */
function validateClaimSpec(spec: PersistentVolumeClaimSpec, path: string): Errors {
  const modes = spec.accessModes ?? [];
  const errors = validateLabelSelector(spec.selector, `${path}.selector`);
  if (modes.length === 0) errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  errors.push(...validateAccessModes(modes, `${path}.accessModes`));
  const storage = spec.resources?.requests?.['storage'];
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`));
  else errors.push(...storageAmount(storage, `${path}.resources[storage]`));
  return [
    ...errors,
    ...optionalFormat(spec.storageClassName, `${path}.storageClassName`, isDns1123Subdomain),
    ...oneOf(spec.volumeMode, `${path}.volumeMode`, volumeModes),
  ];
}

export function validateAccessModes(modes: readonly string[], path: string): Errors {
  const errors = each(modes, path, (mode) => oneOf(mode, path, accessModes));
  if (modes.includes('ReadWriteOncePod') && modes.length > 1)
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  return errors;
}

export function storageAmount(value: string, path: string): Errors {
  const errors = quantity(value, path);
  if (errors.length === 0 && parseQuantity(value).nano === 0n)
    errors.push(invalidValue(path, value, 'must be greater than zero'));
  return errors;
}

/** A bound claim may ask for more room; nothing else of it changes. */
export function validatePersistentVolumeClaimUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): Errors {
  const { spec = {}, status } = claim;
  const before = old.spec ?? {};
  const fixed = ({
    resources: _r,
    volumeAttributesClassName: _v,
    volumeName: _n,
    ...rest
  }: PersistentVolumeClaimSpec) => rest;
  const nameChanged = Boolean(before.volumeName) && spec.volumeName !== before.volumeName;
  const isBound = old.status?.phase === 'Bound';
  const resourcesChanged = !jsonEqual(spec.resources ?? {}, before.resources ?? {});
  if (nameChanged || !jsonEqual(fixed(spec), fixed(before)) || (resourcesChanged && !isBound))
    return [
      forbidden(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    ];
  const wanted = spec.resources?.requests?.['storage'];
  const had = before.resources?.requests?.['storage'];
  if (wanted === undefined || had === undefined || compareQuantities(wanted, had) >= 0) return [];
  const capacity = status?.capacity?.['storage'];
  return capacity !== undefined && compareQuantities(wanted, capacity) > 0
    ? []
    : [forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')];
}
