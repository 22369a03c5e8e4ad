import { textOfHeader } from '../../base/header-text.ts';
import type { Authenticator, Credentials } from '../contract.ts';
import { authenticated } from './token.ts';
import { unauthorized } from './unauthorized.ts';

export interface RequestHeaderOptions {
  /** Common names of the proxies that are believed; empty: every certificate of the request-header authority. */
  readonly allowedNames: readonly string[];
}

/** Upstream's names of the headers, as `extension-apiserver-authentication` tells them to other API servers. */
export const requestHeaders = {
  username: ['X-Remote-User'],
  uid: ['X-Remote-Uid'],
  group: ['X-Remote-Group'],
  extraPrefix: ['X-Remote-Extra-'],
} as const;

const extraPrefix = 'x-remote-extra-';

/**
 * A proxy in front of the API server tells who asks (kubernetes.io/docs/reference/access-authn-authz/authentication,
 * authenticating proxy). It is believed when its certificate is of the request-header authority.
 */
export function requestHeaderAuthenticator({ allowedNames }: RequestHeaderOptions): Authenticator {
  return {
    async authenticate(credentials) {
      const name = valuesOf(credentials, 'x-remote-user')[0];
      if (!name) return undefined;
      const { certificate } = credentials;
      // Somebody else's header: whoever sent it is known by other credentials, or not at all.
      if (!certificate?.isRequestHeader) return undefined;
      if (allowedNames.length > 0 && !allowedNames.includes(certificate.commonName))
        throw unauthorized(`the proxy's certificate has the common name ${JSON.stringify(certificate.commonName)}`);
      const uid = valuesOf(credentials, 'x-remote-uid')[0];
      const extra = extraOf(credentials);
      return authenticated({
        name,
        groups: valuesOf(credentials, 'x-remote-group'),
        ...(uid && { uid }),
        ...(extra && { extra }),
      });
    },
  };
}

/** Every value of a header as it was sent: a comma belongs to the value. */
function valuesOf({ rawHeaders }: Credentials, name: string): readonly string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.toLowerCase() === name) values.push(textOfHeader(rawHeaders[at + 1] ?? '').trim());
  return values.filter((value) => value !== '');
}

function extraOf(credentials: Credentials): Record<string, readonly string[]> | undefined {
  const names = new Set<string>();
  for (let at = 0; at < credentials.rawHeaders.length; at += 2) {
    const name = credentials.rawHeaders[at]?.toLowerCase() ?? '';
    if (name.startsWith(extraPrefix)) names.add(name);
  }
  if (names.size === 0) return undefined;
  const extra: Record<string, readonly string[]> = Object.create(null);
  for (const name of names) extra[decodeKey(name.slice(extraPrefix.length))] = valuesOf(credentials, name);
  return { ...extra };
}

/** As upstream: what is not percent-encoding is the key itself. */
export function decodeKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch (error) {
    if (error instanceof URIError) return encoded;
    throw error;
  }
}
