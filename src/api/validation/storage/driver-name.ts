import type { Errors } from '../common.ts';
import { invalidFormat, required, tooLong } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';

const maxDriverNameBytes = 63;

/** A driver's name (storage, devices), as everything that names one must have it. */
export function driverName(name: string | undefined, path: string): Errors {
  if (!name) return [required(path)];
  return [
    ...(name.length > maxDriverNameBytes ? [tooLong(path, maxDriverNameBytes)] : []),
    ...invalidFormat(path, name, isDns1123Subdomain(name.toLowerCase())),
  ];
}
