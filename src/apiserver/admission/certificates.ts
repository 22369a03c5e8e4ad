import { parseCertificateRequest } from '../../api/certificates/parse-request.ts';
import { builtInSigners } from '../../api/certificates/signers.ts';
import type { CertificateSigningRequest } from '../../api/schema/generated/types/certificates-v1.ts';
import { forbidden, invalid } from '../../api/status.ts';
import { invalidValue } from '../../api/validation/field-error.ts';
import { toError } from '../../base/errors.ts';
import type { AdmissionPlugin, AdmissionRequest, Authorizer } from '../contract.ts';
import { sameJson } from '../registry/json.ts';

const group = 'certificates.k8s.io';
const isRequest = ({ kind }: AdmissionRequest) => kind.group === group && kind.plural === 'certificatesigningrequests';

/** Who approves requests for a signer must be allowed to (kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests). */
export function certificateApproval(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    handles: (request) => isRequest(request) && request.operation === 'UPDATE' && request.subresource === 'approval',
    validate: (request) => requireSigner(authorizer, request, 'approve'),
  };
}

/** Who puts a certificate, or a verdict, into a request's status must be allowed to sign for its signer. */
export function certificateSigning(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    handles: (request) => isRequest(request) && request.operation === 'UPDATE' && request.subresource === 'status',
    validate(request, object) {
      const { status } = object as CertificateSigningRequest;
      const before = (request.old as CertificateSigningRequest | undefined)?.status;
      if (sameJson(status?.certificate, before?.certificate) && sameJson(status?.conditions, before?.conditions))
        return;
      return requireSigner(authorizer, request, 'sign');
    },
  };
}

async function requireSigner(authorizer: Authorizer, request: AdmissionRequest, verb: 'approve' | 'sign') {
  const { kind, ref, user, old } = request;
  const signer = (old as CertificateSigningRequest | undefined)?.spec.signerName ?? '';
  // By its name, or by all names of its domain.
  for (const name of [signer, `${signer.split('/')[0]}/*`]) {
    const resource = { group, version: '*', plural: 'signers', subresource: '', namespace: '', name };
    if ((await authorizer.authorize({ user, verb, resource })).decision === 'allow') return;
  }
  throw forbidden(kind, ref.name, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signer)}`);
}

const clientSigner = builtInSigners.apiServerClient;
const masters = 'system:masters';

/** A request that cannot be read, or that somebody else has signed, is none; and nobody becomes a member of `system:masters` by one. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: (request) => isRequest(request) && request.operation === 'CREATE' && request.subresource === '',
  async validate({ kind, ref }, object) {
    const { spec } = object as CertificateSigningRequest;
    let organizations: readonly string[];
    try {
      ({ organizations } = await parseCertificateRequest(spec.request));
    } catch (error) {
      throw invalid(kind, ref.name, [invalidValue('spec.request', spec.request, toError(error).message)]);
    }
    if (spec.signerName === clientSigner && organizations.includes(masters))
      throw forbidden(kind, ref.name, `use of ${clientSigner} signer with ${masters} group is not allowed`);
  },
};
