import type { CertificateSigningRequest } from '../schema/generated/types/certificates-v1.ts';
import { type Errors, each, oneOf } from '../validation/common.ts';
import { invalidValue, required } from '../validation/field-error.ts';
import { isDns1123Subdomain } from '../validation/format.ts';

const shortestSeconds = 600;

/** `certificates.k8s.io/v1` KeyUsage. */
const usages: readonly string[] = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

export function validateSigningRequest({ spec }: CertificateSigningRequest): Errors {
  const { request, usages: wanted = [], signerName, expirationSeconds } = spec ?? {};
  const errors: Errors = isPemRequest(request)
    ? []
    : [invalidValue('spec.request', request ?? '', 'PEM block type must be CERTIFICATE REQUEST')];
  if (wanted.length === 0) errors.push(required('spec.usages'));
  errors.push(...each(wanted, 'spec.usages', (usage, path) => oneOf(usage, path, usages)));
  errors.push(...validateSignerName(signerName));
  if (expirationSeconds !== undefined && expirationSeconds < shortestSeconds) {
    const detail = `may not specify a duration less than ${shortestSeconds} seconds (10 minutes)`;
    errors.push(invalidValue('spec.expirationSeconds', expirationSeconds, detail));
  }
  return errors;
}

function isPemRequest(request: string | undefined): boolean {
  const text = Buffer.from(request ?? '', 'base64').toString('latin1');
  return /^-----BEGIN (NEW )?CERTIFICATE REQUEST-----$/m.test(text);
}

function validateSignerName(signerName: string | undefined): Errors {
  const path = 'spec.signerName';
  if (!signerName) return [required(path)];
  const [domain = '', name, ...more] = signerName.split('/');
  const isSigner = name && more.length === 0 && domain.includes('.') && isDns1123Subdomain(domain).length === 0;
  if (isSigner) return [];
  const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
  return [invalidValue(path, signerName, detail)];
}
