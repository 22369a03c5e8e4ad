import { createHash } from 'node:crypto';
import type { SubjectAccessReview } from '../../../api/schema/generated/types/authorization-v1.ts';
import type { Clock } from '../../../base/clock.ts';
import { toError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { Attributes, Authorizer, Decision } from '../../contract.ts';
import { AnswerCache } from '../../webhook-client/answer-cache.ts';
import { failureLog } from '../../webhook-client/failure-log.ts';
import type { ReviewWebhook } from '../../webhook-client/review-webhook.ts';
import { selectorAttributes } from '../selectors.ts';
import type { MatchConditions } from './match-conditions.ts';

export interface WebhookAuthorizerOptions {
  /** For messages. */
  readonly name: string;
  readonly webhook: ReviewWebhook;
  readonly version: 'v1' | 'v1beta1';
  readonly timeoutMs: number;
  /** How long `allow` holds; 0: it is not kept. */
  readonly authorizedTtlMs: number;
  /** How long everything else holds. */
  readonly unauthorizedTtlMs: number;
  readonly failurePolicy: 'NoOpinion' | 'Deny';
  /** Requests that do not match are not the webhook's. */
  readonly matches?: MatchConditions;
  readonly clock: Clock;
  readonly log: Logger;
}

type Spec = SubjectAccessReview['spec'];

/** What is larger is asked and not kept. */
const longestKept = 10_000;

/** Asks somebody outside (kubernetes.io/docs/reference/access-authn-authz/webhook). */
export function webhookAuthorizer(options: WebhookAuthorizerOptions): Authorizer {
  const { name, webhook, version, timeoutMs, failurePolicy, matches, clock, log } = options;
  const cache = new AnswerCache<Decision>(clock);
  const warn = failureLog(log, clock);
  const failed = (what: string, error: unknown): Decision => {
    warn('authorization webhook failed', { name, what, error });
    const decision = failurePolicy === 'Deny' ? 'deny' : 'no-opinion';
    return { decision, reason: `authorization webhook ${name} failed` };
  };
  const ask = async (spec: Spec): Promise<Decision> => {
    const review = {
      apiVersion: `authorization.k8s.io/${version}`,
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: version === 'v1' ? spec : asBeta(spec),
    };
    const answer = (await webhook.ask(review, AbortSignal.timeout(timeoutMs))) as SubjectAccessReview | null;
    return decisionOf(answer?.status);
  };
  const holdsMs = ({ decision }: Decision) =>
    decision === 'allow' ? options.authorizedTtlMs : options.unauthorizedTtlMs;
  return {
    async authorize(attributes) {
      const spec = specOf(attributes);
      const matching = matches?.(spec);
      if (matching?.error !== undefined) return failed('match condition', new Error(matching.error));
      if (matching && !matching.matches) return { decision: 'no-opinion', reason: '' };
      const text = JSON.stringify(spec);
      try {
        if (text.length > longestKept) return await ask(spec);
        const key = createHash('sha256').update(text).digest('base64');
        return await cache.get(key, () => ask(spec), holdsMs);
      } catch (error) {
        return failed('request', toError(error));
      }
    },
  };
}

function decisionOf(status: SubjectAccessReview['status']): Decision {
  const { allowed, denied, reason = '' } = status ?? {};
  if (allowed && denied) throw new Error('the answer says allowed and denied');
  return { decision: allowed ? 'allow' : denied ? 'deny' : 'no-opinion', reason };
}

/** A request as a review shows it. */
export function specOf({ user, verb, resource, path }: Attributes): Spec {
  const who = {
    user: user.name,
    ...(user.uid && { uid: user.uid }),
    ...(user.groups.length > 0 && { groups: user.groups }),
    ...(user.extra && { extra: user.extra }),
  };
  if (!resource) return { ...who, nonResourceAttributes: { path: path ?? '', verb } };
  const { group, version, plural, subresource, namespace, name } = resource;
  return {
    ...who,
    resourceAttributes: {
      verb,
      version,
      resource: plural,
      ...(group && { group }),
      ...(namespace && { namespace }),
      ...(subresource && { subresource }),
      ...(name && { name }),
      ...selectorAttributes(resource),
    },
  };
}

/** The old version has another name for groups. */
function asBeta({ groups, ...spec }: Spec): object {
  return { ...spec, ...(groups && { group: groups }) };
}
