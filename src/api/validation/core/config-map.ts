import { jsonEqual } from '../../patch/record.ts';
import type { ConfigMap } from '../../schema/generated/types/core-v1.ts';
import type { Errors } from '../common.ts';
import { forbidden, invalidFormat, invalidValue, tooLong } from '../field-error.ts';
import { isConfigMapKey } from '../format.ts';

/** All values of a config map or secret together. */
export const maxDataBytes = 1024 * 1024;
const immutableDataDetail = 'field is immutable when `immutable` is set';

/** How many bytes a base64 text stands for. */
export function base64Bytes(text: string): number {
  return Buffer.byteLength(text, 'base64');
}

export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): Errors {
  const errors: Errors = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    errors.push(...invalidFormat(`data[${key}]`, key, isConfigMapKey(key)));
    if (Object.hasOwn(binaryData, key))
      errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    bytes += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    errors.push(...invalidFormat(`binaryData[${key}]`, key, isConfigMapKey(key)));
    bytes += base64Bytes(value);
  }
  if (bytes > maxDataBytes) errors.push(tooLong('[]', maxDataBytes)); // upstream's name for the whole object;
  return errors;
}

export function validateConfigMapUpdate(map: ConfigMap, old: ConfigMap): Errors {
  return immutableData(map, old, ['data', 'binaryData']);
}

interface Immutable {
  readonly immutable?: boolean;
}

/** `immutable: true` cannot be taken back, and keeps these fields as they are. */
export function immutableData<T extends Immutable>(now: T, old: T, fields: readonly (keyof T & string)[]): Errors {
  if (old.immutable !== true) return [];
  const errors = now.immutable === true ? [] : [forbidden('immutable', immutableDataDetail)];
  for (const field of fields)
    if (!jsonEqual(now[field] ?? {}, old[field] ?? {})) errors.push(forbidden(field, immutableDataDetail));
  return errors;
}
