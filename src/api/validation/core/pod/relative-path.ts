import type { Errors } from '../../common.ts';
import { invalidValue } from '../../field-error.ts';

/** A path inside a volume. `noDotsAhead`: names that start with `..` are the volume writer's own. */
export function relativePath(target: string, path: string, noDotsAhead = false): Errors {
  const errors: Errors = [];
  if (target.startsWith('/')) errors.push(invalidValue(path, target, 'must be a relative path'));
  if (target.split('/').includes('..')) errors.push(invalidValue(path, target, "must not contain '..'"));
  if (noDotsAhead && target.startsWith('..') && !target.startsWith('../') && target !== '..')
    errors.push(invalidValue(path, target, "must not start with '..'"));
  return errors;
}
