import { isDns1123Subdomain } from '../../api/validation/format.ts';
import { parseDuration } from '../settings/arguments.ts';
import { type Fields, readDocument } from '../settings/document.ts';
import { type AuthorizationMode, type AuthorizationSettings, authorizationModes } from './settings.ts';

/** One authorizer of the chain. */
export type AuthorizerConfig =
  | { readonly type: Exclude<AuthorizationMode, 'Webhook'> }
  | ({ readonly type: 'Webhook' } & WebhookConfig);

export interface WebhookConfig {
  readonly name: string;
  /** Path of a kubeconfig. */
  readonly kubeconfig: string;
  readonly version: 'v1' | 'v1beta1';
  readonly timeoutMs: number;
  readonly authorizedTtlMs: number;
  readonly unauthorizedTtlMs: number;
  readonly failurePolicy: 'NoOpinion' | 'Deny';
  readonly matchConditions: readonly string[];
}

const versions = ['v1', 'v1beta1', 'v1alpha1'].map((version) => `apiserver.config.k8s.io/${version}`);
const mostConditions = 64;
const longestTimeoutMs = 30_000;

/** The old flags as the chain that they stand for. */
export function configOfFlags({ modes, webhook }: AuthorizationSettings): readonly AuthorizerConfig[] {
  return modes.flatMap((type): readonly AuthorizerConfig[] => {
    if (type !== 'Webhook') return [{ type }];
    if (!webhook) return []; // refused when the flags were read
    const { configFile, version, authorizedTtlMs, unauthorizedTtlMs } = webhook;
    const times = { timeoutMs: longestTimeoutMs, authorizedTtlMs, unauthorizedTtlMs };
    const rest = { failurePolicy: 'NoOpinion', matchConditions: [] } as const;
    return [{ type, name: 'default', kubeconfig: configFile, version, ...times, ...rest }];
  });
}

/** Reads an AuthorizationConfiguration. Throws Error with everything that is wrong; expressions are checked by whoever compiles them. */
export function parseAuthorizationConfig(text: string): readonly AuthorizerConfig[] {
  return readDocument(text, { apiVersions: versions, kind: 'AuthorizationConfiguration' }, (fields) => {
    const authorizers = fields.objects('authorizers');
    if (authorizers.length === 0)
      fields.problem('authorizers', 'Required value: at least one authorization mode must be defined');
    const seen = new Set<string>();
    return authorizers.flatMap((item): readonly AuthorizerConfig[] => {
      const type = item.oneOf('type', authorizationModes);
      const name = item.required('name');
      if (name && isDns1123Subdomain(name).length > 0) item.problem('name', `${name}: must be a lower case host name`);
      for (const key of type === 'Webhook' ? [`name ${name}`] : [`name ${name}`, `type ${type}`]) {
        if (seen.has(key)) item.problem(key.split(' ')[0] ?? '', `Duplicate value: ${key.split(' ')[1]}`);
        seen.add(key);
      }
      const webhook = item.object('webhook');
      if (type !== 'Webhook' && webhook) item.problem('webhook', 'may only be specified when type=Webhook');
      if (type === 'Webhook' && !webhook) item.problem('webhook', 'required when type=Webhook');
      const config = webhook && readWebhook(webhook, name);
      item.finish();
      if (!type) return [];
      if (type !== 'Webhook') return [{ type }];
      return config ? [{ type, ...config }] : [];
    });
  });
}

function readWebhook(fields: Fields, name: string): WebhookConfig {
  const timeoutMs = duration(fields, 'timeout', undefined);
  if (timeoutMs !== undefined && (timeoutMs <= 0 || timeoutMs > longestTimeoutMs))
    fields.problem('timeout', 'must be more than 0s and at most 30s');
  const [cacheGood, cacheBad] = [fields.flag('cacheAuthorizedRequests'), fields.flag('cacheUnauthorizedRequests')];
  const authorizedTtlMs = duration(fields, 'authorizedTTL', 300_000) ?? 0;
  const unauthorizedTtlMs = duration(fields, 'unauthorizedTTL', 30_000) ?? 0;
  const version = fields.oneOf('subjectAccessReviewVersion', ['v1', 'v1beta1']) ?? 'v1';
  const conditions = fields.objects('matchConditions');
  const matchVersion = fields.text('matchConditionSubjectAccessReviewVersion');
  if (matchVersion !== undefined && matchVersion !== 'v1')
    fields.problem('matchConditionSubjectAccessReviewVersion', 'must be v1');
  if (conditions.length > 0 && matchVersion === undefined)
    fields.problem('matchConditionSubjectAccessReviewVersion', 'Required value');
  if (conditions.length > mostConditions)
    fields.problem('matchConditions', `must have at most ${mostConditions} items, not ${conditions.length}`);
  const matchConditions = conditions.map((condition) => {
    const expression = condition.required('expression');
    condition.finish();
    return expression;
  });
  const failurePolicy = fields.oneOf('failurePolicy', ['NoOpinion', 'Deny']) ?? 'Deny';
  const kubeconfig = readConnection(fields);
  fields.finish();
  return {
    name,
    kubeconfig,
    version,
    timeoutMs: timeoutMs ?? longestTimeoutMs,
    authorizedTtlMs: cacheGood === false ? 0 : authorizedTtlMs,
    unauthorizedTtlMs: cacheBad === false ? 0 : unauthorizedTtlMs,
    failurePolicy,
    matchConditions,
  };
}

function readConnection(fields: Fields): string {
  const connection = fields.object('connectionInfo');
  if (!connection) {
    fields.problem('connectionInfo', 'Required value');
    return '';
  }
  const type = connection.text('type');
  if (type === 'InClusterConfig') connection.problem('type', 'InClusterConfig is not supported; use KubeConfigFile');
  else if (type !== 'KubeConfigFile')
    connection.problem('type', `${JSON.stringify(type ?? '')} must be KubeConfigFile`);
  const path = connection.required('kubeConfigFile');
  if (path && !path.startsWith('/')) connection.problem('kubeConfigFile', `${path}: must be an absolute path`);
  connection.finish();
  return path;
}

function duration(fields: Fields, name: string, standard: number | undefined): number | undefined {
  const text = fields.text(name);
  if (text === undefined) return standard ?? fields.problem(name, 'Required value');
  return parseDuration(text) ?? fields.problem(name, `${text}: must be a duration such as 3s or 5m`);
}
