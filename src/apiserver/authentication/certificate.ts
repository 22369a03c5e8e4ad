import type { Authenticator } from '../contract.ts';
import { authenticated } from './token.ts';

/**
 * Client certificates: common name is the user, organizations are the groups
 * (kubernetes.io/docs/reference/access-authn-authz/authentication, X.509). The TLS layer has verified the chain.
 */
export const certificateAuthenticator: Authenticator = {
  async authenticate({ certificate }) {
    if (!certificate?.isClient || !certificate.commonName) return undefined;
    const { commonName, organizations, uid, fingerprint } = certificate;
    return authenticated({
      name: commonName,
      groups: organizations,
      ...(uid && { uid }),
      extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
    });
  },
};
