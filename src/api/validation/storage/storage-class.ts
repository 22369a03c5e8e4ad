import { jsonEqual } from '../../patch/record.ts';
import type { StorageClass } from '../../schema/generated/types/storage-v1.ts';
import { type Errors, immutable, oneOf, requiredFormat, requiredOneOf } from '../common.ts';
import { forbidden } from '../field-error.ts';
import { isQualifiedName } from '../format.ts';

export function validateStorageClass({ provisioner, reclaimPolicy, volumeBindingMode }: StorageClass): Errors {
  return [
    ...requiredFormat(provisioner?.toLowerCase(), 'provisioner', isQualifiedName),
    ...oneOf(reclaimPolicy, 'reclaimPolicy', ['Delete', 'Retain']),
    ...requiredOneOf(volumeBindingMode, 'volumeBindingMode', ['Immediate', 'WaitForFirstConsumer']),
  ];
}

export function validateStorageClassUpdate(storageClass: StorageClass, old: StorageClass): Errors {
  const errors: Errors = [];
  for (const field of ['parameters', 'provisioner', 'reclaimPolicy'] as const)
    if (!jsonEqual(storageClass[field] ?? {}, old[field] ?? {}))
      errors.push(forbidden(field, `updates to ${field} are forbidden.`));
  return [...errors, ...immutable(storageClass.volumeBindingMode, old.volumeBindingMode, 'volumeBindingMode')];
}
