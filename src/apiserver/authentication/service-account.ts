import { createHash, timingSafeEqual } from 'node:crypto';
import type { KubeObject } from '../../api/object.ts';
import type { Node, Pod, Secret, ServiceAccount } from '../../api/schema/generated/types/core-v1.ts';
import type { Clock } from '../../base/clock.ts';
import type { View } from '../../client/client.ts';
import type { UserInfo } from '../contract.ts';
import {
  type ServiceAccountClaims,
  serviceAccountUser,
  type TokenRef,
  type TokenSigner,
} from './service-account-token.ts';
import type { TokenAuthenticator } from './token.ts';
import { unauthorized } from './unauthorized.ts';

/** The objects that a token lives and dies with. */
export interface TokenSubjects {
  readonly serviceAccounts: View<ServiceAccount>;
  readonly pods: View<Pod>;
  readonly secrets: View<Secret>;
  readonly nodes: View<Node>;
}

export interface ServiceAccountAuthenticatorOptions {
  readonly signer: TokenSigner;
  readonly subjects: TokenSubjects;
  /** Whom tokens of secrets, which name no audience, are meant for. */
  readonly audiences: readonly string[];
  readonly clock: Clock;
  /** A secret's token was used today, and the secret does not say so yet. Must not throw. */
  readonly onSecretUse?: (secret: Secret, today: string) => void;
}

/** Set by whoever wants a secret's token to be refused before the secret goes. */
export const invalidSinceLabel = 'kubernetes.io/legacy-token-invalid-since';
/** The day (`2006-01-02`, UTC) of a secret's token's last use. */
export const lastUsedLabel = 'kubernetes.io/legacy-token-last-used';

/** Upstream lets a bound object linger this long after its deletion was asked for. */
const deletionGraceMs = 60_000;
const cachedTokens = 4096;

/** Tokens that the API server has signed: bound ones, and those of secrets. */
export function serviceAccountTokens(options: ServiceAccountAuthenticatorOptions): TokenAuthenticator {
  const { signer, subjects, clock, onSecretUse } = options;
  // Signatures are checked once per token; that its account and pod still exist, each time. Keys are hashes: tokens are long.
  const verified = new Map<string, ServiceAccountClaims>();

  const verify = async (token: string): Promise<ServiceAccountClaims | undefined> => {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = verified.get(hash);
    if (known && (known.expiresAtMs ?? Number.POSITIVE_INFINITY) > clock.now()) return known;
    verified.delete(hash);
    const claims = await signer.verify(token);
    if (!claims) return undefined;
    const oldest = verified.size >= cachedTokens ? verified.keys().next().value : undefined;
    if (oldest !== undefined) verified.delete(oldest);
    verified.set(hash, claims);
    return claims;
  };

  return {
    async authenticateToken(token, { audiences }) {
      const claims = await verify(token);
      if (!claims) return undefined;
      const meantFor = claims.isLegacy ? options.audiences : claims.audiences;
      const common = meantFor.filter((audience) => audiences.includes(audience));
      if (common.length === 0)
        throw unauthorized(`the token is meant for ${JSON.stringify(meantFor)}, not for ${JSON.stringify(audiences)}`);
      if (claims.isLegacy) {
        const secret = requireSecret(claims, subjects.secrets, token);
        const today = new Date(clock.now()).toISOString().slice(0, 10);
        if (secret.metadata.labels?.[lastUsedLabel] !== today) onSecretUse?.(secret, today);
      }
      return { user: userOf(claims, subjects, clock.now()), audiences: common };
    },
  };
}

/** Who a verified token speaks for. Throws `Unauthorized` when its account, or what it is bound to, is gone. */
function userOf(claims: ServiceAccountClaims, subjects: TokenSubjects, nowMs: number): UserInfo {
  const { namespace, serviceAccount, pod, secret, node, isLegacy } = claims;
  requireLiving(subjects.serviceAccounts.get(`${namespace}/${serviceAccount.name}`), serviceAccount, nowMs);
  if (pod) requireLiving(subjects.pods.get(`${namespace}/${pod.name}`), pod, nowMs);
  if (secret && !isLegacy) requireLiving(subjects.secrets.get(`${namespace}/${secret.name}`), secret, nowMs);
  if (node && !pod) requireLiving(subjects.nodes.get(node.name), node, nowMs);
  return {
    name: serviceAccountUser(namespace, serviceAccount.name),
    uid: serviceAccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    extra: {
      ...(claims.tokenId && { 'authentication.kubernetes.io/credential-id': [`JTI=${claims.tokenId}`] }),
      ...(pod && {
        'authentication.kubernetes.io/pod-name': [pod.name],
        'authentication.kubernetes.io/pod-uid': [pod.uid],
      }),
      ...(node && {
        'authentication.kubernetes.io/node-name': [node.name],
        'authentication.kubernetes.io/node-uid': [node.uid],
      }),
    },
  };
}

function requireSecret({ namespace, secret }: ServiceAccountClaims, secrets: View<Secret>, token: string): Secret {
  const name = secret?.name ?? '';
  const found = secrets.get(`${namespace}/${name}`);
  const fault = (why: string) => unauthorized(`the token of the secret ${namespace}/${name}: ${why}`);
  if (!found || found.metadata.deletionTimestamp) throw fault('the secret is gone');
  const own = Buffer.from(found.data?.['token'] ?? '', 'base64');
  const shown = Buffer.from(token);
  if (own.length !== shown.length || !timingSafeEqual(own, shown)) throw fault('the secret has another token');
  const invalidSince = found.metadata.labels?.[invalidSinceLabel];
  if (invalidSince) throw fault(`it was made invalid on ${invalidSince}`);
  return found;
}

function requireLiving(object: KubeObject | undefined, wanted: TokenRef, nowMs: number): void {
  if (object?.metadata.uid !== wanted.uid) throw unauthorized(`what the token lives with is gone: ${wanted.name}`);
  const deleted = object.metadata.deletionTimestamp;
  if (deleted && Date.parse(deleted) + deletionGraceMs < nowMs)
    throw unauthorized(`what the token lives with is being deleted: ${wanted.name}`);
}
