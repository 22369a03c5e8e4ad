import { createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { ApiError } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';

/** An object's identity inside a token. */
export interface TokenRef {
  readonly name: string;
  readonly uid: string;
}

/** What a service-account token says (KEP-1205, KEP-4193). */
export interface ServiceAccountClaims {
  readonly namespace: string;
  readonly serviceAccount: TokenRef;
  /** The token ends with this object. */
  readonly pod?: TokenRef;
  readonly secret?: TokenRef;
  readonly node?: TokenRef;
  readonly audiences: readonly string[];
  readonly tokenId?: string;
  readonly expiresAtMs?: number;
}

export interface TokenSigner {
  readonly issuer: string;
  /** `keys` of the JSON Web Key Set by which others verify (RFC 7517). */
  publicKeys(): Promise<readonly JWK[]>;
  sign(
    claims: Omit<ServiceAccountClaims, 'tokenId' | 'expiresAtMs'>,
    expirationSeconds: number,
  ): Promise<{ token: string; expiresAtMs: number }>;
  /** A token without an end, for secrets of type `kubernetes.io/service-account-token`: it lives as long as its secret. */
  signForSecret(claims: {
    readonly namespace: string;
    readonly serviceAccount: TokenRef;
    readonly secret: TokenRef;
  }): Promise<string>;
  /** Checks signature, issuer and time. Undefined: not a token of ours. Throws `Unauthorized`: ours, but not valid. */
  verify(token: string): Promise<ServiceAccountClaims | undefined>;
}

interface PrivateClaims {
  readonly namespace?: unknown;
  readonly serviceaccount?: TokenRef;
  readonly pod?: TokenRef;
  readonly secret?: TokenRef;
  readonly node?: TokenRef;
}

/** Signs and verifies service-account tokens with one ECDSA P-256 key (ES256). */
export function createTokenSigner(options: {
  readonly keyPem: string;
  readonly issuer: string;
  readonly clock: Clock;
}): TokenSigner {
  const { issuer, clock } = options;
  const privateKey = createPrivateKey(options.keyPem);
  const publicKey: KeyObject = createPublicKey(privateKey);
  let publicJwk: Promise<JWK> | undefined;
  const jwk = () => {
    publicJwk ??= exportJWK(publicKey).then(async (key) => ({
      ...key,
      kid: await calculateJwkThumbprint(key),
      alg: 'ES256',
      use: 'sig',
    }));
    return publicJwk;
  };

  const signClaims = async (
    claims: Omit<ServiceAccountClaims, 'tokenId' | 'expiresAtMs'>,
    times: { readonly nowSeconds: number; readonly exp?: number },
  ): Promise<string> => {
    const { nowSeconds, exp } = times;
    const { namespace, serviceAccount, pod, secret, node } = claims;
    const { kid = '' } = await jwk();
    return new SignJWT({
      aud: [...claims.audiences],
      ...(exp !== undefined && { exp }),
      iat: nowSeconds,
      iss: issuer,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        ...(node && { node }),
        ...(pod && { pod }),
        ...(secret && { secret }),
        serviceaccount: serviceAccount,
      },
      nbf: nowSeconds,
      sub: serviceAccountUser(namespace, serviceAccount.name),
    })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(privateKey);
  };
  const nowInSeconds = () => Math.floor(clock.now() / 1000);

  return {
    issuer,
    publicKeys: async () => [await jwk()],

    async sign(claims, expirationSeconds) {
      const nowSeconds = nowInSeconds();
      const exp = nowSeconds + expirationSeconds;
      return { token: await signClaims(claims, { nowSeconds, exp }), expiresAtMs: exp * 1000 };
    },

    signForSecret: (claims) => signClaims({ ...claims, audiences: [issuer] }, { nowSeconds: nowInSeconds() }),

    async verify(token) {
      if (unverifiedIssuer(token) !== issuer) return undefined;
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          issuer,
          algorithms: ['ES256'],
          clockTolerance: 10,
          currentDate: new Date(clock.now()),
        });
        return claimsOf(payload);
      } catch (error) {
        throw new ApiError('Unauthorized', 'Unauthorized', undefined, { cause: error });
      }
    },
  };
}

/** `system:serviceaccount:<namespace>:<name>`. */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

function unverifiedIssuer(token: string): unknown {
  const [, body] = token.split('.');
  if (!body) return undefined;
  try {
    return (JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as JWTPayload).iss;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function claimsOf(payload: JWTPayload): ServiceAccountClaims {
  const own = payload['kubernetes.io'] as PrivateClaims | undefined;
  const account = own?.serviceaccount;
  if (typeof own?.namespace !== 'string' || !account?.name || !account.uid)
    throw new Error('the token names no service account');
  return {
    namespace: own.namespace,
    serviceAccount: account,
    ...(own.pod && { pod: own.pod }),
    ...(own.secret && { secret: own.secret }),
    ...(own.node && { node: own.node }),
    audiences: typeof payload.aud === 'string' ? [payload.aud] : (payload.aud ?? []),
    ...(payload.jti && { tokenId: payload.jti }),
    ...(payload.exp && { expiresAtMs: payload.exp * 1000 }),
  };
}
