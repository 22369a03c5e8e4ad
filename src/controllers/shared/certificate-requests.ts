import type { CertificateSigningRequest } from '../../api/schema/generated/types/certificates-v1.ts';

export function hasCondition({ status }: CertificateSigningRequest, wanted: 'Approved' | 'Denied' | 'Failed'): boolean {
  return status?.conditions?.some(({ type }) => type === wanted) ?? false;
}

/** Approved or denied. */
export function isDecided(request: CertificateSigningRequest): boolean {
  return hasCondition(request, 'Approved') || hasCondition(request, 'Denied');
}
