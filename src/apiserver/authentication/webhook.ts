import { createHash } from 'node:crypto';
import type { TokenReview } from '../../api/schema/generated/types/authentication-v1.ts';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { AnswerCache } from '../webhook-client/answer-cache.ts';
import { failureLog } from '../webhook-client/failure-log.ts';
import type { ReviewWebhook } from '../webhook-client/review-webhook.ts';
import type { TokenAnswer, TokenAuthenticator } from './token.ts';
import { unauthorized } from './unauthorized.ts';

export interface WebhookTokensOptions {
  readonly webhook: ReviewWebhook;
  readonly version: 'v1' | 'v1beta1';
  /** How long an answer holds, good or bad. */
  readonly cacheTtlMs: number;
  /** Whom answers that name no audience are for. */
  readonly audiences: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

const timeoutMs = 30_000;

/** Tokens that somebody else knows (kubernetes.io/docs/reference/access-authn-authz/authentication, webhook token authentication). */
export function webhookTokens(options: WebhookTokensOptions): TokenAuthenticator {
  const { webhook, version, cacheTtlMs, clock } = options;
  const cache = new AnswerCache<NonNullable<TokenReview['status']>>(clock);
  const warn = failureLog(options.log, clock);
  const ask = async (token: string, audiences: readonly string[]) => {
    const spec = { token, ...(audiences.length > 0 && { audiences }) };
    const review = { apiVersion: `authentication.k8s.io/${version}`, kind: 'TokenReview', metadata: {}, spec };
    const answer = (await webhook.ask(review, AbortSignal.timeout(timeoutMs))) as TokenReview | null;
    return answer?.status ?? {};
  };
  return {
    async authenticateToken(token, { audiences }) {
      const key = createHash('sha256')
        .update(JSON.stringify([token, audiences]))
        .digest('base64');
      let status: NonNullable<TokenReview['status']>;
      try {
        status = await cache.get(
          key,
          () => ask(token, audiences),
          () => cacheTtlMs,
        );
      } catch (error) {
        warn('token webhook failed', { error });
        throw unauthorized(toError(error).message, error);
      }
      return answerOf(status, audiences, options.audiences);
    },
  };
}

function answerOf(
  status: NonNullable<TokenReview['status']>,
  audiences: readonly string[],
  own: readonly string[],
): TokenAnswer | undefined {
  if (!status.authenticated) {
    if (status.error) throw unauthorized(`the webhook: ${status.error.slice(0, 200)}`);
    return undefined;
  }
  // A webhook that knows nothing of audiences speaks of this server.
  const meantFor = status.audiences?.length ? status.audiences : own;
  const common = audiences.filter((audience) => meantFor.includes(audience));
  if (common.length === 0) throw unauthorized('the webhook: the token is for other audiences');
  const { username = '', uid, groups = [], extra } = status.user ?? {};
  if (username === '') throw unauthorized('the webhook names no user');
  return { user: { name: username, groups, ...(uid && { uid }), ...(extra && { extra }) }, audiences: common };
}
