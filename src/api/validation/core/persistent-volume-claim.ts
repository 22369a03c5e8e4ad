import { jsonEqual } from '../../patch/record.ts';
import { compareQuantities, parseQuantity } from '../../quantity/quantity.ts';
import type {
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  TypedLocalObjectReference,
} from '../../schema/generated/types/core-v1.ts';
import { type Errors, each, immutable, oneOf, optionalFormat, quantity, requiredText } from '../common.ts';
import { forbidden, invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';
import { validateLabelSelector } from '../label-selector.ts';

export const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
export const volumeModes = ['Block', 'Filesystem'];

export function validatePersistentVolumeClaim({ spec }: PersistentVolumeClaim): Errors {
  return validateClaimSpec(spec ?? {}, 'spec');
}

/** The spec of a claim, also in templates. */
export function validateClaimSpec(spec: PersistentVolumeClaimSpec, path: string): Errors {
  const { accessModes: modes = [], dataSource, dataSourceRef } = spec;
  const here = `${path}.accessModes`;
  const errors: Errors = modes.length === 0 ? [required(here, 'at least 1 access mode is required')] : [];
  errors.push(...validateLabelSelector(spec.selector, `${path}.selector`), ...validateAccessModes(modes, here));
  const storage = spec.resources?.requests?.['storage'];
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`));
  else errors.push(...storageAmount(storage, `${path}.resources[storage]`));
  errors.push(
    ...optionalFormat(spec.storageClassName, `${path}.storageClassName`, isDns1123Subdomain),
    ...oneOf(spec.volumeMode, `${path}.volumeMode`, volumeModes),
  );
  if (dataSource) errors.push(...validateDataSource(dataSource, `${path}.dataSource`));
  if (dataSourceRef) {
    errors.push(...validateDataSource(dataSourceRef, `${path}.dataSourceRef`));
    errors.push(...optionalFormat(dataSourceRef.namespace, `${path}.dataSourceRef.namespace`, isDns1123Subdomain));
  }
  const { namespace, ...reference } = dataSourceRef ?? {};
  if (namespace && dataSource)
    errors.push(
      invalidValue(path, `${path}.dataSource`, 'may not be specified when dataSourceRef.namespace is specified'),
    );
  else if (dataSource && dataSourceRef && !jsonEqual(dataSource, reference))
    errors.push(invalidValue(path, `${path}.dataSource`, 'must match dataSourceRef'));
  return [
    ...errors,
    ...optionalFormat(spec.volumeAttributesClassName, `${path}.volumeAttributesClassName`, isDns1123Subdomain),
  ];
}

function validateDataSource({ apiGroup = '', kind, name }: TypedLocalObjectReference, path: string): Errors {
  const errors = [...requiredText(name, `${path}.name`), ...requiredText(kind, `${path}.kind`)];
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim') errors.push(invalidValue(path, kind, ''));
  return apiGroup ? [...errors, ...invalidFormat(`${path}.apiGroup`, apiGroup, isDns1123Subdomain(apiGroup))] : errors;
}

export function validateAccessModes(modes: readonly string[], path: string): Errors {
  const errors = each(modes, path, (mode) =>
    accessModes.includes(mode) ? [] : [notSupported(path, mode, accessModes)],
  );
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod'))
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
  const { spec = {} } = claim;
  const before = old.spec ?? {};
  const errors: Errors = [];
  const isBound = old.status?.phase === 'Bound';
  if (!jsonEqual(fixedPart(spec, before, isBound), fixedPart(before, before, isBound)))
    errors.push(
      forbidden(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  const wanted = spec.resources?.requests?.['storage'];
  const had = before.resources?.requests?.['storage'];
  const capacity = old.status?.capacity?.['storage'] ?? '0';
  const isLess = wanted !== undefined && had !== undefined && compareQuantities(wanted, had) < 0;
  if (isLess && compareQuantities(wanted, capacity) <= 0)
    errors.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  errors.push(...immutable(spec.volumeMode, before.volumeMode, 'spec.volumeMode'));
  if (before.volumeAttributesClassName && spec.volumeAttributesClassName === undefined)
    errors.push(forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
  return errors;
}

/** A spec without what may change: the volume's name once, the class of attributes, the size of a bound claim. */
function fixedPart(spec: PersistentVolumeClaimSpec, before: PersistentVolumeClaimSpec, isBound: boolean): object {
  const { volumeAttributesClassName: _, resources, ...rest } = spec;
  const { storage: _storage, ...requests } = resources?.requests ?? {};
  return {
    ...rest,
    resources: isBound ? { ...resources, requests } : resources,
    volumeName: before.volumeName ? spec.volumeName : '',
  };
}

/** What a claim got, as the controllers report it. */
export function validatePersistentVolumeClaimStatus({ spec, status }: PersistentVolumeClaim): Errors {
  const errors: Errors = spec?.accessModes?.length ? [] : [required('spec.accessModes')];
  for (const list of ['capacity', 'allocatedResources'] as const)
    for (const [name, amount] of Object.entries(status?.[list] ?? {}))
      errors.push(...quantity(amount, `status.${list}[${name}]`));
  return errors;
}
