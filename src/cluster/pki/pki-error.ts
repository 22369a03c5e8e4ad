import { CodedError } from '../../base/errors.ts';

/** `damaged`: a file is there, but cannot be used; the message names it and says what to do. */
export class PkiError extends CodedError<'damaged' | 'unwritable'> {}
