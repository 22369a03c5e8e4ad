import type { KeyToPath, Volume } from '../../../schema/generated/types/core-v1.ts';
import { type Errors, each, requiredText } from '../../common.ts';
import { invalidValue } from '../../field-error.ts';
import { validateDownwardSource } from './env.ts';
import { relativePath } from './relative-path.ts';

/** Files that volumes are made of: their places, their permissions, what is in them. */

const modeDetail = 'must be a number between 0 and 0777 (octal), both inclusive';

export function mode(value: number | undefined, path: string): Errors {
  return value === undefined || (value >= 0 && value <= 0o777) ? [] : [invalidValue(path, value, modeDetail)];
}

export function validateItems(items: readonly KeyToPath[] | undefined, path: string): Errors {
  return each(items, path, (item, here) => [
    ...requiredText(item.key, `${here}.key`),
    ...requiredText(item.path, `${here}.path`),
    ...(item.path ? relativePath(item.path, `${here}.path`, true) : []),
    ...mode(item.mode, `${here}.mode`),
  ]);
}

type DownwardFiles = NonNullable<Volume['downwardAPI']>['items'];

export function validateDownwardFiles(items: DownwardFiles, path: string): Errors {
  return each(items, path, (item) => [
    ...requiredText(item.path, `${path}.path`),
    ...(item.path ? relativePath(item.path, `${path}.path`, true) : []),
    ...validateDownwardSource(item, path),
    ...mode(item.mode, `${path}.mode`),
  ]);
}
