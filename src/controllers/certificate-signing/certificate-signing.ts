import { certificateSigningRequest } from '../../api/certificates/certificate-signing-request.ts';
import { type ParsedRequest, parseCertificateRequest } from '../../api/certificates/parse-request.ts';
import { type BuiltInSigner, isBuiltInSigner, signerFault } from '../../api/certificates/signers.ts';
import { formatTime } from '../../api/object.ts';
import type { CertificateSigningRequest } from '../../api/schema/generated/types/certificates-v1.ts';
import { toError } from '../../base/errors.ts';
import { changesOf, controller, done, mayWriteStatus } from '../../controller-runtime/controller.ts';
import { hasCondition } from '../shared/certificate-requests.ts';
import { type SigningAuthority, signRequest } from './sign.ts';

export interface CertificateSigningOptions {
  /** Who signs for which signer; requests for others are left to others. */
  readonly authorities: Readonly<Partial<Record<BuiltInSigner, SigningAuthority>>>;
  /** Longest, and usual, life of a certificate. Default: a year. */
  readonly durationMs?: number;
}

const yearMs = 365 * 86_400_000;
const shortestMs = 600_000;

/** Issues approved requests for the built-in signers; what a signer does not sign fails with its reason. */
export const certificateSigningController = ({ authorities, durationMs = yearMs }: CertificateSigningOptions) =>
  controller({
    name: 'certificatesigningrequest-signing-controller',
    account: 'certificate-controller',
    wakesOn: [changesOf(certificateSigningRequest)],
    writes: [mayWriteStatus(certificateSigningRequest)],
    async reconcile(key, { client, now, signal }) {
      const object = client.view(certificateSigningRequest).get(key);
      if (!object || object.metadata.deletionTimestamp || !isWaiting(object)) return done;
      const { signerName, usages = [], expirationSeconds } = object.spec;
      const authority = isBuiltInSigner(signerName) ? authorities[signerName] : undefined;
      if (!authority) return done;
      const write = (status: NonNullable<CertificateSigningRequest['status']>) =>
        client.update(certificateSigningRequest, { ...object, status }, { signal, subresource: 'status' });
      const request = await readable(object);
      const fault = typeof request === 'string' ? request : signerFault(signerName as BuiltInSigner, request, usages);
      if (typeof request === 'string' || fault !== undefined) {
        await write({
          ...object.status,
          conditions: [...(object.status?.conditions ?? []), failed(fault ?? '', now())],
        });
        return done;
      }
      const wantedMs = expirationSeconds === undefined ? durationMs : expirationSeconds * 1000;
      const pem = await signRequest(authority, request, {
        usages,
        durationMs: Math.max(Math.min(wantedMs, durationMs), shortestMs),
        nowMs: now(),
      });
      await write({ ...object.status, certificate: Buffer.from(pem).toString('base64') });
      return done;
    },
  });

function isWaiting(object: CertificateSigningRequest): boolean {
  return (
    hasCondition(object, 'Approved') &&
    !hasCondition(object, 'Denied') &&
    !hasCondition(object, 'Failed') &&
    !object.status?.certificate
  );
}

async function readable({ spec }: CertificateSigningRequest): Promise<ParsedRequest | string> {
  try {
    return await parseCertificateRequest(spec.request ?? '');
  } catch (error) {
    return `unable to parse csr: ${toError(error).message}`;
  }
}

function failed(message: string, nowMs: number) {
  const time = formatTime(nowMs);
  return {
    type: 'Failed',
    status: 'True',
    reason: 'SignerValidationFailure',
    message,
    lastUpdateTime: time,
    lastTransitionTime: time,
  };
}
