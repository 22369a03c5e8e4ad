import type { CertificateSigningRequest } from '../../schema/generated/types/certificates-v1.ts';
import { duplicates, type Errors, immutable } from '../common.ts';
import { invalidValue, notSupported, required } from '../field-error.ts';
import { signerName } from './signer-name.ts';

const usages = [
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
const shortestSeconds = 600;
const legacySigner = 'kubernetes.io/legacy-unknown';

/** A request as it comes in; that its signature holds is the signer's to check. */
export function validateCertificateSigningRequest({ spec }: CertificateSigningRequest): Errors {
  const errors: Errors = [];
  const pem = Buffer.from(spec.request ?? '', 'base64').toString('latin1');
  if (!/-----BEGIN CERTIFICATE REQUEST-----[\s\S]+-----END CERTIFICATE REQUEST-----/.test(pem))
    errors.push(invalidValue('spec.request', spec.request ?? '', 'PEM block type must be CERTIFICATE REQUEST'));
  if ((spec.usages ?? []).length === 0) errors.push(required('spec.usages'));
  spec.usages?.forEach((usage, at) => {
    if (!usages.includes(usage)) errors.push(notSupported(`spec.usages[${at}]`, usage, usages));
  });
  errors.push(
    ...duplicates(
      spec.usages,
      (usage) => usage,
      (at) => `spec.usages[${at}]`,
    ),
    ...(spec.signerName === legacySigner
      ? [invalidValue('spec.signerName', spec.signerName, 'the legacy signerName is not allowed via this API version')]
      : signerName(spec.signerName, 'spec.signerName')),
  );
  const { expirationSeconds } = spec;
  if (expirationSeconds !== undefined && expirationSeconds < shortestSeconds)
    errors.push(
      invalidValue(
        'spec.expirationSeconds',
        expirationSeconds,
        'may not specify a duration less than 600 seconds (10 minutes)',
      ),
    );
  return errors;
}

export function validateCertificateSigningRequestUpdate(
  now: CertificateSigningRequest,
  old: CertificateSigningRequest,
): Errors {
  return immutable(now.spec, old.spec, 'spec');
}
