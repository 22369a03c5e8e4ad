import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { TestAuthority } from '../../certificates.test-helper.ts';

/** An issuer of ID tokens on loopback: discovery document, keys, tokens. */
export interface TestIssuer {
  readonly url: string;
  /** Requests that came, by path. */
  readonly asked: readonly string[];
  /** Of the newest key, in SPKI form. */
  readonly publicKey: CryptoKey;
  /** A token that holds for an hour, for the audience `k3ts-test`, unless the claims say otherwise. */
  sign(claims?: JWTPayload, options?: { readonly kid?: string | undefined }): Promise<string>;
  /** A new key, and the old ones are no longer shown. */
  rotate(): Promise<void>;
  /** Answers wait until this resolves. */
  hold(until: Promise<void>): void;
  close(): Promise<void>;
}

export async function startIssuer(authority: TestAuthority, path = ''): Promise<TestIssuer> {
  const serving = await authority.issue({ name: 'issuer', address: '127.0.0.1' });
  const asked: string[] = [];
  let held: Promise<void> = Promise.resolve();
  let count = 0;
  let current = await newKey();
  async function newKey() {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    count++;
    const jwk: JWK = { ...(await exportJWK(publicKey)), kid: `key-${count}`, use: 'sig', alg: 'ES256' };
    return { publicKey, privateKey, jwk };
  }
  const server = createServer({ key: serving.keyPem, cert: serving.certificatePem }, (request, response) => {
    asked.push(request.url ?? '');
    void held.then(() => {
      const documents: Readonly<Record<string, unknown>> = {
        [`${path}/.well-known/openid-configuration`]: { issuer: url, jwks_uri: `${url}/keys` },
        [`${path}/keys`]: { keys: [current.jwk] },
      };
      const document = documents[request.url ?? ''];
      response.writeHead(document ? 200 : 404, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(document ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return {
    url,
    asked,
    get publicKey() {
      return current.publicKey;
    },
    sign(claims = {}, { kid = current.jwk.kid } = {}) {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: url, aud: 'k3ts-test', sub: 'u-1', iat: now, exp: now + 3600, ...claims })
        .setProtectedHeader({ alg: 'ES256', ...(kid && { kid }) })
        .sign(current.privateKey);
    },
    async rotate() {
      current = await newKey();
    },
    hold(until) {
      held = until;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
