import { jsonEqual } from '../../patch/record.ts';
import type { TopologySelectorTerm } from '../../schema/generated/types/core-v1.ts';
import type { StorageClass } from '../../schema/generated/types/storage-v1.ts';
import { type Errors, each, immutable, oneOf, requiredFormat, requiredOneOf } from '../common.ts';
import { duplicate, forbidden, invalidFormat, required } from '../field-error.ts';
import { isQualifiedName } from '../format.ts';
import { validateParameters } from './parameters.ts';

export function validateStorageClass(storageClass: StorageClass): Errors {
  const { provisioner, parameters, reclaimPolicy, volumeBindingMode, allowedTopologies } = storageClass;
  return [
    ...requiredFormat(provisioner, 'provisioner', (text) => isQualifiedName(text.toLowerCase())),
    ...validateParameters(parameters, 'parameters'),
    ...oneOf(reclaimPolicy, 'reclaimPolicy', ['Delete', 'Retain']),
    ...requiredOneOf(volumeBindingMode, 'volumeBindingMode', ['Immediate', 'WaitForFirstConsumer']),
    ...validateTopologies(allowedTopologies, 'allowedTopologies'),
  ];
}

function validateTopologies(terms: readonly TopologySelectorTerm[] | undefined, path: string): Errors {
  const seen: TopologySelectorTerm[] = [];
  return each(terms, path, (term, here) => {
    const place = `${here}.matchLabelExpressions`;
    const errors: Errors = seen.some((other) => jsonEqual(other, term)) ? [duplicate(place, '')] : [];
    seen.push(term);
    const keys = new Set<string>();
    errors.push(
      ...each(term.matchLabelExpressions, place, ({ key, values = [] }, at) => {
        const found: Errors = values.length === 0 ? [required(`${at}.values`)] : [];
        values.forEach((value, nth) => {
          if (values.indexOf(value) < nth) found.push(duplicate(`${at}.values[${nth}]`, value));
        });
        found.push(...invalidFormat(`${at}.key`, key, isQualifiedName(key)));
        if (keys.has(key)) found.push(duplicate(`${at}.key`, key));
        keys.add(key);
        return found;
      }),
    );
    return errors;
  });
}

export function validateStorageClassUpdate(storageClass: StorageClass, old: StorageClass): Errors {
  const errors: Errors = [];
  for (const field of ['parameters', 'provisioner', 'reclaimPolicy'] as const)
    if (!jsonEqual(storageClass[field] ?? {}, old[field] ?? {}))
      errors.push(forbidden(field, `updates to ${field} are forbidden.`));
  return [...errors, ...immutable(storageClass.volumeBindingMode, old.volumeBindingMode, 'volumeBindingMode')];
}
