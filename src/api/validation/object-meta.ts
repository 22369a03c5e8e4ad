import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from '../schema/generated/types/meta-v1.ts';
import type { FieldError } from '../status.ts';
import { forbidden, invalidFormat, invalidValue, quote, required, tooLong } from './field-error.ts';
import { isDns1123Label, isLabelValue, isQualifiedName } from './format.ts';
import { type NameCheck, nameIsDnsSubdomain } from './names.ts';

/** All keys and values of an object's annotations together. */
export const maxAnnotationsBytes = 256 * 1024;
export const immutableDetail = 'field is immutable';
const maxManagerBytes = 128;
const maxSubresourceBytes = 256;

export interface ObjectMetaRules {
  readonly namespaced: boolean;
  /** Default: DNS-1123 subdomain. */
  readonly nameCheck?: NameCheck;
  /** Default: `metadata`. */
  readonly path?: string;
  /** Custom resources may carry any qualified finalizer; built-in kinds only known ones without a domain. */
  readonly custom?: boolean;
}

/** Checks an object's metadata at creation, with upstream's messages. */
export function validateObjectMeta(meta: ObjectMeta, rules: ObjectMetaRules): FieldError[] {
  const { namespaced, nameCheck = nameIsDnsSubdomain, path = 'metadata' } = rules;
  const errors: FieldError[] = [];
  const { name, generateName, namespace } = meta;
  if (generateName) errors.push(...invalidFormat(`${path}.generateName`, generateName, nameCheck(generateName, true)));
  if (!name) errors.push(required(`${path}.name`, 'name or generateName is required'));
  else errors.push(...invalidFormat(`${path}.name`, name, nameCheck(name, false)));
  if (!namespaced) {
    if (namespace) errors.push(forbidden(`${path}.namespace`, 'not allowed on this type'));
  } else if (!namespace) errors.push(required(`${path}.namespace`));
  else errors.push(...invalidFormat(`${path}.namespace`, namespace, isDns1123Label(namespace)));
  if ((meta.generation ?? 0) < 0)
    errors.push(invalidValue(`${path}.generation`, meta.generation, 'must be greater than or equal to 0'));
  errors.push(...validateMutableMeta(meta, path, rules.custom === true));
  return errors;
}

function validateMutableMeta(meta: ObjectMeta, path: string, custom: boolean): FieldError[] {
  return [
    ...validateLabels(meta.labels, `${path}.labels`),
    ...validateAnnotations(meta.annotations, `${path}.annotations`),
    ...validateOwnerReferences(meta.ownerReferences, `${path}.ownerReferences`),
    ...validateFinalizers(meta.finalizers, `${path}.finalizers`, custom),
    ...validateManagedFields(meta.managedFields, `${path}.managedFields`),
  ];
}

/** Checks new metadata against old: what may not change, and everything else anew. */
export function validateObjectMetaUpdate(
  meta: ObjectMeta,
  old: ObjectMeta,
  { path = 'metadata', custom = false }: Partial<ObjectMetaRules> = {},
): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) errors.push(...noNewFinalizers(meta, old, path));
  if (!meta.resourceVersion)
    errors.push(invalidValue(`${path}.resourceVersion`, meta.resourceVersion ?? '', 'must be specified for an update'));
  if ((meta.generation ?? 0) < (old.generation ?? 0))
    errors.push(invalidValue(`${path}.generation`, meta.generation ?? 0, 'must not be decremented'));
  for (const field of fixedFields)
    if (meta[field] !== old[field]) errors.push(invalidValue(`${path}.${field}`, meta[field] ?? null, immutableDetail));
  errors.push(...validateMutableMeta(meta, path, custom));
  return errors;
}

const fixedFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

function noNewFinalizers(meta: ObjectMeta, old: ObjectMeta, path: string): FieldError[] {
  const added = (meta.finalizers ?? []).filter((finalizer) => !old.finalizers?.includes(finalizer)).sort();
  if (added.length === 0) return [];
  const list = `[]string{${added.map(quote).join(', ')}}`;
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  return [forbidden(`${path}.finalizers`, detail)];
}

type TextMap = Readonly<Record<string, string>> | undefined;

export function validateLabels(labels: TextMap, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const key in labels) {
    const value = labels[key] ?? '';
    errors.push(...invalidFormat(path, key, isQualifiedName(key)), ...invalidFormat(path, value, isLabelValue(value)));
  }
  return errors;
}

export function validateAnnotations(annotations: TextMap, path: string): FieldError[] {
  const errors: FieldError[] = [];
  let characters = 0;
  for (const key in annotations) {
    characters += key.length + (annotations[key] ?? '').length;
    errors.push(...invalidFormat(path, key, isQualifiedName(key.toLowerCase())));
  }
  if (annotations && characters * 3 > maxAnnotationsBytes && bytesOf(annotations) > maxAnnotationsBytes)
    errors.push(tooLong(path, maxAnnotationsBytes));
  return errors;
}

function bytesOf(texts: Readonly<Record<string, string>>): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(texts)) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  return bytes;
}

function validateOwnerReferences(owners: readonly OwnerReference[] | undefined, path: string): FieldError[] {
  if (!owners) return [];
  const errors: FieldError[] = [];
  let controller: OwnerReference | undefined;
  owners.forEach((owner, at) => {
    errors.push(...validateOwnerReference(owner, `${path}[${at}]`));
    if (owner.controller !== true) return;
    if (controller)
      errors.push(
        invalidValue(
          path,
          owners,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller.name} and ${owner.name}`,
        ),
      );
    else controller = owner;
  });
  return errors;
}

function validateOwnerReference(owner: OwnerReference, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { apiVersion = '', kind, name, uid } = owner;
  const slash = apiVersion.indexOf('/');
  if (apiVersion.slice(slash + 1) === '')
    errors.push(invalidValue(`${path}.apiVersion`, apiVersion, 'version must not be empty'));
  if (!kind) errors.push(invalidValue(`${path}.kind`, kind ?? '', 'must not be empty'));
  if (!name) errors.push(invalidValue(`${path}.name`, name ?? '', 'must not be empty'));
  if (!uid) errors.push(invalidValue(`${path}.uid`, uid ?? '', 'must not be empty'));
  if (kind === 'Event' && (apiVersion === 'v1' || apiVersion === 'events.k8s.io/v1'))
    errors.push(invalidValue(path, owner, `/v1, Kind=${kind} is disallowed from being an owner`));
  return errors;
}

const standardFinalizers: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

export function validateFinalizers(
  finalizers: readonly string[] | undefined,
  path: string,
  custom = false,
): FieldError[] {
  if (!finalizers) return [];
  const errors: FieldError[] = [];
  finalizers.forEach((finalizer, at) => {
    errors.push(...invalidFormat(`${path}[${at}]`, finalizer, isQualifiedName(finalizer)));
    if (!custom && !finalizer.includes('/') && !standardFinalizers.has(finalizer))
      errors.push(
        invalidValue(
          `${path}[${at}]`,
          finalizer,
          'name is neither a standard finalizer name nor is it fully qualified',
        ),
      );
  });
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    errors.push(invalidValue(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  return errors;
}

function validateManagedFields(entries: readonly ManagedFieldsEntry[] | undefined, path: string): FieldError[] {
  if (!entries) return [];
  const errors: FieldError[] = [];
  entries.forEach((entry, at) => {
    const { operation, fieldsType = '', manager = '', subresource = '' } = entry;
    const here = `${path}[${at}]`;
    if (operation !== 'Apply' && operation !== 'Update')
      errors.push(invalidValue(`${here}.operation`, operation ?? '', 'must be `Apply` or `Update`'));
    if (fieldsType !== 'FieldsV1') errors.push(invalidValue(`${here}.fieldsType`, fieldsType, 'must be `FieldsV1`'));
    errors.push(...validateFieldManager(manager, `${here}.manager`));
    if (subresource.length > maxSubresourceBytes) errors.push(tooLong(`${here}.subresource`, maxSubresourceBytes));
  });
  return errors;
}

/** A field manager's name: at most 128 printable characters. */
export function validateFieldManager(manager: string, path: string): FieldError[] {
  if (Buffer.byteLength(manager) > maxManagerBytes) return [tooLong(path, maxManagerBytes)];
  if (!/\p{C}|(?! )\p{Z}/u.test(manager)) return [];
  return [invalidValue(path, manager, 'should only contain printable characters')];
}
