import { jsonEqual } from '../patch/record.ts';
import type { StorageClass } from '../schema/generated/types/storage-v1.ts';
import { type Errors, immutable, oneOf, requiredFormat, requiredOneOf } from '../validation/common.ts';
import { forbidden } from '../validation/field-error.ts';
import { isQualifiedName } from '../validation/format.ts';

export function validateStorageClass({ provisioner, reclaimPolicy, volumeBindingMode }: StorageClass): Errors {
  return [
    ...requiredFormat(provisioner?.toLowerCase(), 'provisioner', isQualifiedName),
    ...oneOf(reclaimPolicy, 'reclaimPolicy', ['Delete', 'Retain']),
    ...requiredOneOf(volumeBindingMode, 'volumeBindingMode', ['Immediate', 'WaitForFirstConsumer']),
  ];
}

/** Volumes were made by what the class said: it cannot say something else later. */
export function validateStorageClassUpdate(storage: StorageClass, old: StorageClass): Errors {
  const fixed = ['parameters', 'provisioner', 'reclaimPolicy'] as const;
  const changed = fixed.filter((field) => !jsonEqual(storage[field] ?? {}, old[field] ?? {}));
  return [
    ...changed.map((field) => forbidden(field, `updates to ${field} are forbidden.`)),
    ...immutable(storage.volumeBindingMode, old.volumeBindingMode, 'volumeBindingMode'),
  ];
}
