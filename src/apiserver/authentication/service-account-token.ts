import { createPrivateKey, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import type { JWK, JWTPayload } from 'jose';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import { unauthorized } from './unauthorized.ts';

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
  /** The token of a secret: without an end and without audiences, it lives as long as the secret has it. */
  readonly isLegacy?: boolean;
}

type SignedClaims = Omit<ServiceAccountClaims, 'tokenId' | 'expiresAtMs' | 'isLegacy'>;

export interface TokenSigner {
  readonly issuer: string;
  /** `keys` of the JSON Web Key Set by which others verify (RFC 7517). */
  publicKeys(): Promise<readonly JWK[]>;
  sign(
    claims: SignedClaims,
    expirationSeconds: number,
    /** `warnAfterSeconds` stands in the token: whoever shows it later does not look for his new one, as he should. */
    options?: { readonly warnAfterSeconds?: number },
  ): Promise<{ token: string; expiresAtMs: number }>;
  /** For secrets of type `kubernetes.io/service-account-token`, in the form that such tokens have had from the beginning. */
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

/** Loaded with the first token: 9 MB that a server without pods does without. */
const loadJose = () => import('jose');

/** Upstream's: clocks of several servers may differ. */
const leewaySeconds = 60;
const legacyIssuer = 'kubernetes/serviceaccount';
const legacyClaim = (name: string) => `kubernetes.io/serviceaccount/${name}`;

/** Signs and verifies service-account tokens with one ECDSA P-256 key (ES256). */
export function createTokenSigner(options: {
  readonly keyPem: string;
  readonly issuer: string;
  /** Issuers of tokens that were signed before. Default: none. */
  readonly formerIssuers?: readonly string[];
  readonly clock: Clock;
}): TokenSigner {
  const { issuer, clock } = options;
  const issuers = [issuer, ...(options.formerIssuers ?? []), legacyIssuer];
  const privateKey = createPrivateKey(options.keyPem);
  const publicKey: KeyObject = createPublicKey(privateKey);
  let publicJwk: Promise<JWK> | undefined;
  const jwk = () => {
    publicJwk ??= publicForm(publicKey);
    return publicJwk;
  };

  const signClaims = async (
    claims: SignedClaims,
    times: { readonly nowSeconds: number; readonly exp: number; readonly warnAfter: number | undefined },
  ): Promise<string> => {
    const { nowSeconds, exp, warnAfter } = times;
    const { namespace, serviceAccount, pod, secret, node } = claims;
    const { kid = '' } = await jwk();
    const { SignJWT } = await loadJose();
    return new SignJWT({
      aud: [...claims.audiences],
      exp,
      iat: nowSeconds,
      iss: issuer,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        ...(node && { node }),
        ...(pod && { pod }),
        ...(secret && { secret }),
        serviceaccount: serviceAccount,
        ...(warnAfter !== undefined && { warnafter: warnAfter }),
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

    async sign(claims, expirationSeconds, { warnAfterSeconds } = {}) {
      const nowSeconds = nowInSeconds();
      const exp = nowSeconds + expirationSeconds;
      const warnAfter = warnAfterSeconds === undefined ? undefined : nowSeconds + warnAfterSeconds;
      return { token: await signClaims(claims, { nowSeconds, exp, warnAfter }), expiresAtMs: exp * 1000 };
    },

    async signForSecret({ namespace, serviceAccount, secret }) {
      const { kid = '' } = await jwk();
      const { SignJWT } = await loadJose();
      return new SignJWT({
        iss: legacyIssuer,
        [legacyClaim('namespace')]: namespace,
        [legacyClaim('secret.name')]: secret.name,
        [legacyClaim('service-account.name')]: serviceAccount.name,
        [legacyClaim('service-account.uid')]: serviceAccount.uid,
        sub: serviceAccountUser(namespace, serviceAccount.name),
      })
        .setProtectedHeader({ alg: 'ES256', kid })
        .sign(privateKey);
    },

    async verify(token) {
      const claimed = unverifiedIssuer(token);
      if (typeof claimed !== 'string' || !issuers.includes(claimed)) return undefined;
      try {
        const { jwtVerify } = await loadJose();
        const { payload } = await jwtVerify(token, publicKey, {
          issuer: claimed,
          algorithms: ['ES256'],
          clockTolerance: leewaySeconds,
          currentDate: new Date(clock.now()),
        });
        return claimed === legacyIssuer ? legacyClaims(payload) : claimsOf(payload);
      } catch (error) {
        throw unauthorized(`service account token: ${toError(error).message}`, error);
      }
    },
  };
}

async function publicForm(publicKey: KeyObject): Promise<JWK> {
  const { calculateJwkThumbprint, exportJWK } = await loadJose();
  const key = await exportJWK(publicKey);
  return { ...key, kid: await calculateJwkThumbprint(key), alg: 'ES256', use: 'sig' };
}

/** `system:serviceaccount:<namespace>:<name>`. */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** Who a token says has made it; undefined when it is no JSON Web Token in compact form. Says nothing of its truth. */
export function unverifiedIssuer(token: string): unknown {
  const [, body, signature, ...more] = token.split('.');
  if (!body || signature === undefined || more.length > 0) return undefined;
  try {
    const payload: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
    return typeof payload === 'object' && payload !== null ? (payload as JWTPayload).iss : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function legacyClaims(payload: JWTPayload): ServiceAccountClaims {
  const text = (name: string) => {
    const value = payload[legacyClaim(name)];
    if (typeof value !== 'string' || value === '') throw new Error(`the claim ${legacyClaim(name)} is missing`);
    return value;
  };
  const [namespace, name] = [text('namespace'), text('service-account.name')];
  if (payload.sub !== serviceAccountUser(namespace, name)) throw new Error('the subject is another service account');
  return {
    namespace,
    serviceAccount: { name, uid: text('service-account.uid') },
    // Which secret it is shows by its having this very token.
    secret: { name: text('secret.name'), uid: '' },
    audiences: [],
    isLegacy: true,
  };
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
