import type { CertificateSigningRequest } from '../../api/schema/generated/types/certificates-v1.ts';
import { forbidden } from '../../api/status.ts';
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

const clientSigner = 'kubernetes.io/kube-apiserver-client';
const masters = 'system:masters';

/** Nobody becomes a member of `system:masters` by a certificate request. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: (request) => isRequest(request) && request.operation === 'CREATE' && request.subresource === '',
  async validate({ kind, ref }, object) {
    const { spec } = object as CertificateSigningRequest;
    if (spec.signerName !== clientSigner) return;
    let organizations: readonly string[];
    try {
      organizations = await organizationsOf(Buffer.from(spec.request, 'base64').toString());
    } catch (error) {
      throw forbidden(kind, ref.name, `unable to parse csr: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (organizations.includes(masters))
      throw forbidden(kind, ref.name, `use of ${clientSigner} signer with ${masters} group is not allowed`);
  },
};

async function organizationsOf(pem: string): Promise<readonly string[]> {
  await import('reflect-metadata');
  const { Pkcs10CertificateRequest } = await import('@peculiar/x509');
  return new Pkcs10CertificateRequest(pem).subjectName.getField('O');
}
