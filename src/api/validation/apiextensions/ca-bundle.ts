import { X509Certificate } from 'node:crypto';
import { toError } from '../../../base/errors.ts';
import type { CustomResourceConversion } from '../../schema/generated/types/apiextensions-v1.ts';

const block = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]*?)-----END \1-----/g;

/** Why authorities cannot be read of a `caBundle` (base64 of PEM), in the words of upstream's client; undefined: they can. */
export function caBundleFault(caBundle: string): string | undefined {
  if (caBundle === '') return undefined;
  const text = Buffer.from(caBundle, 'base64').toString('latin1');
  let why: string | undefined;
  for (const [pem, type] of text.matchAll(block)) {
    if (type !== 'CERTIFICATE') continue;
    try {
      new X509Certificate(pem);
      return undefined; // one is enough
    } catch (error) {
      why ??= `failed to parse certificate: ${toError(error).message}`;
    }
  }
  return `unable to load root certificates: ${why ?? (text.includes('-----BEGIN ') ? 'no valid certificate authority data seen' : 'unable to parse bytes as PEM block')}`;
}

/** Why the webhook of a definition cannot be trusted. */
export function conversionCaFault(conversion: CustomResourceConversion | undefined): string | undefined {
  return caBundleFault(conversion?.webhook?.clientConfig?.caBundle ?? '');
}
