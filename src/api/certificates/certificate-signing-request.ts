import { ageColumn, column, nameColumn } from '../columns.ts';
import { humanDuration } from '../duration.ts';
import { kind } from '../kind.ts';
import type { CertificateSigningRequest } from '../schema/generated/types/certificates-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { readUpdateVerbs, statusSubresource } from '../subresources.ts';
import {
  validateCertificateSigningRequest,
  validateCertificateSigningRequestUpdate,
} from '../validation/certificates/certificate-signing-request.ts';
import { validateRequestConditions } from '../validation/certificates/conditions.ts';
import { prepareApproval, prepareRequestStatus, prepareRequestUpdate } from './strategy.ts';

export const certificateSigningRequest = kind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.certificates.v1.CertificateSigningRequest'),
  subresources: {
    approval: { verbs: readUpdateVerbs, prepareUpdate: prepareApproval, validateUpdate: validateRequestConditions },
    status: { ...statusSubresource, prepareUpdate: prepareRequestStatus, validateUpdate: validateRequestConditions },
  },
  columns: [
    nameColumn,
    ageColumn,
    column('SignerName', ({ spec }) => spec?.signerName || '<none>', { description: 'Who is asked to sign.' }),
    column('Requestor', ({ spec }) => spec?.username ?? '', { description: 'Who asks.' }),
    column(
      'RequestedDuration',
      ({ spec }) => (spec?.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000)),
      { description: 'How long the certificate shall be valid.' },
    ),
    column('Condition', conditionText, { description: 'Whether it is approved, denied or issued.' }),
  ],
  selectableFields: {
    'spec.signerName': selectable(({ spec }) => spec?.signerName),
  },
  validateName: () => [],
  prepareUpdate: prepareRequestUpdate,
  validate: validateCertificateSigningRequest,
  validateUpdate: validateCertificateSigningRequestUpdate,
});

function conditionText({ status }: CertificateSigningRequest): string {
  const has = (wanted: string) => status?.conditions?.some(({ type }) => type === wanted) ?? false;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return decision + (has('Failed') ? ',Failed' : '') + (status?.certificate ? ',Issued' : '');
}
