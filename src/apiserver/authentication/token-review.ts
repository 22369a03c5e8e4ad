import type { TokenReview, UserInfo as TokenUser } from '../../api/schema/generated/types/authentication-v1.ts';
import { badRequest, isApiError } from '../../api/status.ts';
import type { UserInfo } from '../contract.ts';
import type { TokenAuthenticator } from './token.ts';

export type TokenReviewHandler = (review: TokenReview, signal?: AbortSignal) => Promise<TokenReview>;

const deadlineMs = 30_000;

/** POST tokenreviews: whose token is this (kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1). */
export function createTokenReviewHandler(tokens: TokenAuthenticator, own: readonly string[]): TokenReviewHandler {
  return async (review, signal = AbortSignal.timeout(deadlineMs)) => {
    const { token = '', audiences: asked = [] } = review.spec ?? {};
    if (!token) throw badRequest('token is required for TokenReview in authentication');
    const audiences = asked.length > 0 ? asked : own;
    return { ...review, status: await statusOf(tokens, token, { audiences, signal }) };
  };
}

async function statusOf(
  tokens: TokenAuthenticator,
  token: string,
  asked: { readonly audiences: readonly string[]; readonly signal: AbortSignal },
): Promise<NonNullable<TokenReview['status']>> {
  try {
    const found = await tokens.authenticateToken(token, asked);
    if (!found) return { user: {} };
    return { authenticated: true, user: userInfo(found.user), audiences: found.audiences };
  } catch (error) {
    if (!isApiError(error, 'Unauthorized')) throw error;
    return { user: {}, error: 'invalid bearer token' };
  }
}

/** A user as reviews show it. */
export function userInfo({ name, uid, groups, extra }: UserInfo): TokenUser {
  return { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) };
}
