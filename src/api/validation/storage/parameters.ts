import type { Errors, Texts } from '../common.ts';
import { required, tooLong } from '../field-error.ts';

const maxBytes = 256 * 1024;
const maxCount = 512;

/** What a class tells its driver. */
export function validateParameters(parameters: Texts | undefined, path: string, mayBeEmpty = true): Errors {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > maxCount) return [tooLong(path, maxCount)];
  const errors: Errors = [];
  let bytes = 0;
  for (const [name, value] of entries) {
    if (name === '') errors.push(required(path, 'field can not be empty.'));
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (bytes > maxBytes) errors.push(tooLong(path, maxBytes));
  if (entries.length === 0 && !mayBeEmpty) errors.push(required(path, 'must contain at least one key/value pair'));
  return errors;
}
