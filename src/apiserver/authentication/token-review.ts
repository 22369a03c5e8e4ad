import type { TokenReview, UserInfo as TokenUser } from '../../api/schema/generated/types/authentication-v1.ts';
import { badRequest, isApiError } from '../../api/status.ts';
import type { UserInfo } from '../contract.ts';
import type { ServiceAccountAuthenticator } from './service-account.ts';

export type TokenReviewHandler = (review: TokenReview) => Promise<TokenReview>;

/** POST tokenreviews: whose token is this (kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1). */
export function createTokenReviewHandler(
  tokens: ServiceAccountAuthenticator,
  audiences: readonly string[],
): TokenReviewHandler {
  return async (review) => {
    const { token = '', audiences: asked = [] } = review.spec ?? {};
    if (!token) throw badRequest('token is required for TokenReview in authentication');
    return { ...review, status: await statusOf(tokens, token, asked.length > 0 ? asked : audiences) };
  };
}

async function statusOf(
  tokens: ServiceAccountAuthenticator,
  token: string,
  audiences: readonly string[],
): Promise<NonNullable<TokenReview['status']>> {
  try {
    const found = await tokens.review(token, audiences);
    return found ? { authenticated: true, user: userInfo(found.user), audiences: found.audiences } : { user: {} };
  } catch (error) {
    if (!isApiError(error, 'Unauthorized')) throw error;
    return { user: {}, error: 'invalid bearer token' };
  }
}

/** A user as reviews show it. */
export function userInfo({ name, uid, groups, extra }: UserInfo): TokenUser {
  return { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) };
}
