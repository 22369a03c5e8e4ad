import { kind } from '../kind.ts';
import type { CertificateSigningRequest } from '../schema/generated/types/certificates-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { readUpdateVerbs, statusSubresource } from '../subresources.ts';

export const certificateSigningRequest = kind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.certificates.v1.CertificateSigningRequest'),
  subresources: { approval: { verbs: readUpdateVerbs }, status: statusSubresource },
});
