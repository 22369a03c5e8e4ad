import { createHash } from 'node:crypto';
import type { KubeObject } from '../../api/object.ts';
import type { Node, Pod, Secret, ServiceAccount } from '../../api/schema/generated/types/core-v1.ts';
import { ApiError } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import type { View } from '../../client/client.ts';
import type { Authenticator, UserInfo } from '../contract.ts';
import {
  type ServiceAccountClaims,
  serviceAccountUser,
  type TokenRef,
  type TokenSigner,
} from './service-account-token.ts';

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
  /** A token must be meant for one of these. */
  readonly audiences: readonly string[];
  readonly clock: Clock;
}

/** Upstream lets a bound object linger this long after its deletion was asked for. */
const deletionGraceMs = 60_000;
const cachedTokens = 4096;

export interface ServiceAccountAuthenticator extends Authenticator {
  /** For TokenReview: the user of a token that is meant for one of `audiences`. Undefined: not a token of ours. Throws `Unauthorized`. */
  review(
    token: string,
    audiences: readonly string[],
  ): Promise<{ user: UserInfo; audiences: readonly string[] } | undefined>;
}

/** `Authorization: Bearer` with a token that the API server has signed. */
export function serviceAccountAuthenticator(options: ServiceAccountAuthenticatorOptions): ServiceAccountAuthenticator {
  const { signer, audiences, clock } = options;
  // Signatures are checked once per token; that its account and pod still exist, each time. Keys are hashes, so that no token lies in memory.
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

  const review: ServiceAccountAuthenticator['review'] = async (token, accepted) => {
    const claims = await verify(token);
    if (!claims) return undefined;
    const common = claims.audiences.filter((audience) => accepted.includes(audience));
    if (common.length === 0) throw unauthorized('audience');
    return { user: userOf(claims, options.subjects, clock.now()), audiences: common };
  };

  return {
    review,
    async authenticate({ headers }) {
      const token = bearerToken(headers['authorization']);
      return token ? (await review(token, audiences))?.user : undefined;
    },
  };
}

/** Who a verified token speaks for. Throws `Unauthorized` when its account, or what it is bound to, is gone. */
export function userOf(claims: ServiceAccountClaims, subjects: TokenSubjects, nowMs: number): UserInfo {
  const { namespace, serviceAccount, pod, secret, node } = claims;
  requireLiving(subjects.serviceAccounts.get(`${namespace}/${serviceAccount.name}`), serviceAccount, nowMs);
  if (pod) requireLiving(subjects.pods.get(`${namespace}/${pod.name}`), pod, nowMs);
  if (secret) requireLiving(subjects.secrets.get(`${namespace}/${secret.name}`), secret, nowMs);
  if (node && !pod) requireLiving(subjects.nodes.get(node.name), node, nowMs);
  return {
    name: serviceAccountUser(namespace, serviceAccount.name),
    uid: serviceAccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
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

function requireLiving(object: KubeObject | undefined, wanted: TokenRef, nowMs: number): void {
  if (object?.metadata.uid !== wanted.uid) throw unauthorized(wanted.name);
  const deleted = object.metadata.deletionTimestamp;
  if (deleted && Date.parse(deleted) + deletionGraceMs < nowMs) throw unauthorized(wanted.name);
}

/** The client learns nothing of why; the cause is for the log. */
function unauthorized(what: string): ApiError {
  return new ApiError('Unauthorized', 'Unauthorized', undefined, {
    cause: new Error(`token no longer valid: ${what}`),
  });
}

function bearerToken(header: string | readonly string[] | undefined): string | undefined {
  const text = typeof header === 'string' ? header : header?.[0];
  return /^bearer +(\S+)$/i.exec(text?.trim() ?? '')?.[1];
}
