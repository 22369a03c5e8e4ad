import type { Errors } from '../common.ts';
import { invalidValue, quote, required, tooLong } from '../field-error.ts';
import { isDns1123Label, isDns1123Subdomain } from '../format.ts';

const maxDomainBytes = 253;
const maxNameBytes = 571;

/** Who is asked to sign: `example.com/serving`. */
export function signerName(name: string | undefined, path: string): Errors {
  if (!name) return [required(path)];
  const [domain = '', signer, ...more] = name.split('/');
  if (signer === undefined || more.length > 0)
    return [
      invalidValue(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"),
    ];
  const errors: Errors = domain.length > maxDomainBytes ? [tooLong(path, maxDomainBytes)] : [];
  const labels = domain.split('.');
  if (labels.length < 2)
    errors.push(invalidValue(path, domain, 'should be a domain with at least two segments separated by dots'));
  for (const [text, parts, check] of [
    [domain, labels, isDns1123Label],
    [signer, signer.split('.'), isDns1123Subdomain],
  ] as const)
    for (const part of parts)
      for (const why of check(part)) errors.push(invalidValue(path, text, `validating label ${quote(part)}: ${why}`));
  if (name.length > maxNameBytes) errors.push(tooLong(path, maxNameBytes));
  return errors;
}
