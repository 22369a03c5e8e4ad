import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Authorizer } from '../contract.ts';
import { followFile } from '../settings/followed-file.ts';
import { openReviewWebhook, type ReviewWebhook } from '../webhook-client/review-webhook.ts';
import { type AuthorizerConfig, configOfFlags, parseAuthorizationConfig, type WebhookConfig } from './configuration.ts';
import type { CountDecisions } from './counted.ts';
import type { AuthorizationSettings } from './settings.ts';
import { mastersAuthorizer, unionAuthorizer } from './union.ts';
import { compileMatchConditions } from './webhook/match-conditions.ts';
import { webhookAuthorizer } from './webhook/webhook.ts';

export interface AuthorizationOptions {
  readonly settings: AuthorizationSettings;
  readonly node: Authorizer;
  readonly rbac: Authorizer;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where decisions are counted. Absent: nowhere. */
  readonly count?: CountDecisions;
}

/** Everything that says who may what. */
export interface Authorization {
  readonly authorizer: Authorizer;
  /** Whether somebody is asked whose rules nobody can list. */
  hasUnlisted(): boolean;
  /** Stops following files. */
  close(): void;
}

const longestAnswerMs = 60_000;

interface Chain {
  readonly authorizer: Authorizer;
  readonly webhooks: readonly ReviewWebhook[];
}

/**
 * The authorizers that the flags or the configuration file name, in their order, after `system:masters`. Throws Error
 * when a file cannot be used.
 */
export async function createAuthorization(options: AuthorizationOptions): Promise<Authorization> {
  const { settings, clock, log } = options;
  let chain: Chain = { authorizer: unionAuthorizer([]), webhooks: [] };
  let closed = false;
  const take = async (configs: readonly AuthorizerConfig[]) => {
    const before = chain;
    chain = await openChain(configs, options);
    const closeOld = (webhooks: readonly ReviewWebhook[]) => {
      for (const webhook of webhooks) webhook.close();
    };
    // What is being asked may end.
    if (before.webhooks.length > 0) clock.after(longestAnswerMs, () => closeOld(before.webhooks));
    if (closed) closeOld(chain.webhooks);
  };
  let stop = () => {};
  if (settings.configFile) {
    const apply = (text: string) => take(parseAuthorizationConfig(text));
    stop = await followFile({ path: settings.configFile, what: 'authorization configuration', apply, clock, log });
  } else await take(configOfFlags(settings));
  return {
    authorizer: { authorize: (attributes) => chain.authorizer.authorize(attributes) },
    hasUnlisted: () => chain.webhooks.length > 0,
    close() {
      closed = true;
      stop();
      for (const webhook of chain.webhooks) webhook.close();
    },
  };
}

async function openChain(configs: readonly AuthorizerConfig[], options: AuthorizationOptions): Promise<Chain> {
  const webhooks: ReviewWebhook[] = [];
  const count: CountDecisions = options.count ?? ((authorizer) => authorizer);
  const authorizers: Authorizer[] = [mastersAuthorizer];
  try {
    for (const config of configs) {
      if (config.type === 'Webhook') {
        const webhook = await openReviewWebhook(config.kubeconfig, options);
        webhooks.push(webhook);
        authorizers.push(count(await openWebhook(config, webhook, options), config.type, config.name));
      } else authorizers.push(count(builtIn(config.type, options), config.type, config.type.toLowerCase()));
    }
  } catch (error) {
    for (const webhook of webhooks) webhook.close();
    throw error;
  }
  return { authorizer: unionAuthorizer(authorizers), webhooks };
}

function builtIn(type: Exclude<AuthorizerConfig['type'], 'Webhook'>, { node, rbac }: AuthorizationOptions): Authorizer {
  switch (type) {
    case 'Node':
      return node;
    case 'RBAC':
      return rbac;
    case 'AlwaysAllow':
      return { authorize: () => ({ decision: 'allow', reason: '' }) };
    case 'AlwaysDeny':
      return { authorize: () => ({ decision: 'no-opinion', reason: 'Everything is forbidden.' }) };
  }
}

async function openWebhook(
  { matchConditions, kubeconfig: _, ...config }: WebhookConfig,
  webhook: ReviewWebhook,
  { clock, log }: AuthorizationOptions,
): Promise<Authorizer> {
  const matches = matchConditions.length > 0 ? await compileMatchConditions(matchConditions) : undefined;
  return webhookAuthorizer({ ...config, webhook, clock, log, ...(matches && { matches }) });
}
