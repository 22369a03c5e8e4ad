import type { Authenticator } from '../contract.ts';

/**
 * Client certificates: common name is the user, organizations are the groups
 * (kubernetes.io/docs/reference/access-authn-authz/authentication, X.509). The TLS layer has verified the chain.
 */
export const certificateAuthenticator: Authenticator = {
  async authenticate({ certificate }) {
    if (!certificate?.commonName) return undefined;
    return { name: certificate.commonName, groups: [...certificate.organizations, 'system:authenticated'] };
  },
};
