import { X509Certificate } from 'node:crypto';
import { certificateSigningRequest } from '../../api/certificates/certificate-signing-request.ts';
import { refOf } from '../../api/object.ts';
import type { CertificateSigningRequest } from '../../api/schema/generated/types/certificates-v1.ts';
import { isApiError } from '../../api/status.ts';
import { changesOf, controller, done, mayWrite, requeueAfter } from '../../controller-runtime/controller.ts';
import { isDecided } from '../shared/certificate-requests.ts';

const decidedMs = 3_600_000;
const pendingMs = 24 * 3_600_000;

/** Removes requests that have served: an hour after the decision or the failure, a day after nobody decided. */
export const certificateCleanupController = controller({
  name: 'certificatesigningrequest-cleaner-controller',
  account: 'certificate-controller',
  wakesOn: [changesOf(certificateSigningRequest)],
  writes: [mayWrite(certificateSigningRequest, 'delete')],
  async reconcile(key, { client, now, signal }) {
    const object = client.view(certificateSigningRequest).get(key);
    if (!object || object.metadata.deletionTimestamp) return done;
    const waitMs = endMs(object) - now();
    if (waitMs > 0) return requeueAfter(Math.min(waitMs, pendingMs));
    const { uid } = object.metadata;
    await client
      .delete(certificateSigningRequest, refOf(key), { signal, preconditions: uid ? { uid } : {} })
      .catch((error: unknown) => {
        if (!isApiError(error, 'NotFound', 'Conflict')) throw error;
      });
    return done;
  },
});

/** When a request has served, in milliseconds since 1970. */
export function endMs(request: CertificateSigningRequest): number {
  const createdMs = Date.parse(request.metadata.creationTimestamp ?? '');
  const { conditions = [], certificate } = request.status ?? {};
  const ends = conditions
    .filter(({ type }) => type === 'Denied' || type === 'Failed' || (type === 'Approved' && certificate))
    .map(({ lastUpdateTime }) => Date.parse(lastUpdateTime ?? '') + decidedMs);
  const expiry = expiryMs(certificate);
  if (expiry !== undefined) ends.push(expiry);
  if (!isDecided(request) || !certificate) ends.push(createdMs + pendingMs);
  return Math.min(...ends.filter((end) => !Number.isNaN(end)));
}

function expiryMs(certificate: string | undefined): number | undefined {
  if (!certificate) return undefined;
  try {
    return new X509Certificate(Buffer.from(certificate, 'base64')).validToDate.getTime();
  } catch (error) {
    // A signer from outside may have put there what only its client can read.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
