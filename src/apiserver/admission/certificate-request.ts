import type { Draft } from '../../api/object.ts';
import type { CertificateSigningRequest } from '../../api/schema/generated/types/certificates-v1.ts';
import type { AdmissionPlugin } from '../contract.ts';

/** Who asks for a certificate is what the API server knows of him, never what he writes. */
export const certificateRequestIdentity: AdmissionPlugin = {
  name: 'CertificateRequestIdentity',
  handles: ({ kind, operation, subresource }) =>
    kind.group === 'certificates.k8s.io' && operation === 'CREATE' && subresource === '',
  mutate({ user }, object) {
    const request = object as Draft<CertificateSigningRequest> | undefined;
    if (!request?.spec) return;
    request.spec.username = user.name;
    request.spec.groups = [...user.groups];
    if (user.uid) request.spec.uid = user.uid;
    else delete request.spec.uid;
    if (user.extra)
      request.spec.extra = Object.fromEntries(Object.entries(user.extra).map(([key, list]) => [key, [...list]]));
    else delete request.spec.extra;
  },
};
