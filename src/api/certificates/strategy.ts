import { type Draft, draftOf } from '../object.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '../schema/generated/types/certificates-v1.ts';

/** A request cannot be changed once it is made. */
export function prepareRequestUpdate(request: Draft<CertificateSigningRequest>, old: CertificateSigningRequest): void {
  request.spec = draftOf(old.spec);
}

/** `approval` writes conditions and nothing else. */
export function prepareApproval(request: Draft<CertificateSigningRequest>, old: CertificateSigningRequest): void {
  const conditions = request.status?.conditions;
  request.spec = draftOf(old.spec);
  const { conditions: _, ...status } = draftOf(old.status ?? {});
  request.status = { ...status, ...(conditions && { conditions }) };
}

/** `status` leaves approval and denial as they are. */
export function prepareRequestStatus(request: Draft<CertificateSigningRequest>, old: CertificateSigningRequest): void {
  const others = (request.status?.conditions ?? []).filter((condition) => !isDecision(condition));
  const decisions = draftOf(old.status?.conditions ?? []).filter(isDecision);
  const conditions = [...decisions, ...others];
  const { conditions: _, ...status } = request.status ?? {};
  request.status = { ...status, ...(conditions.length > 0 && { conditions }) };
}

function isDecision({ type }: Pick<CertificateSigningRequestCondition, 'type'>): boolean {
  return type === 'Approved' || type === 'Denied';
}
