import { errorCode } from '../../base/errors.ts';
import type { StoreErrorCode } from '../store.ts';
import type { Failure } from './protocol.ts';

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) that mean something to an operator. */
const known: Readonly<Record<number, { readonly code: StoreErrorCode; readonly text: string }>> = {
  5: { code: 'unavailable', text: 'another process has it open' },
  6: { code: 'unavailable', text: 'another process has it open' },
  7: { code: 'unavailable', text: 'out of memory' },
  8: { code: 'unavailable', text: 'it is read-only' },
  10: { code: 'unavailable', text: 'the disk reports an input/output error' },
  11: { code: 'corrupt', text: 'it is damaged' },
  13: { code: 'unavailable', text: 'the disk is full' },
  14: { code: 'unavailable', text: 'it cannot be opened' },
  18: { code: 'too-large', text: 'a value is too large' },
  26: { code: 'corrupt', text: 'it is not a database' },
};

/** What went wrong with the database `file`, as a value that crosses threads. */
export function failureOf(thrown: unknown, file: string): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const resultCode = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
  const found = resultCode === undefined ? undefined : known[resultCode];
  if (found) return { code: found.code, message: `datastore ${file}: ${found.text} (${error.message})` };
  const full = errorCode(error) === 'ENOSPC' ? 'the disk is full: ' : '';
  return { code: 'unavailable', message: `datastore ${file}: ${full}${error.message}` };
}

/** Thrown for damage that SQLite itself does not see. */
export class DamagedError extends Error {
  readonly errcode = 11;
}
