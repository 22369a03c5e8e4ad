import type { Api, Loose } from './api.ts';
import type { Webhook } from './webhook.ts';

export const admission = '/apis/admissionregistration.k8s.io/v1';
export type WebhookType = 'mutating' | 'validating';
export const configurationsOf = (type: WebhookType) => `${admission}/${type}webhookconfigurations`;

export interface HookOptions {
  readonly name: string;
  /** Of the server; with it the configuration asks the webhook there. */
  readonly path: string;
  /** Only objects in it, where there is one. */
  readonly namespace?: string;
  readonly operations?: readonly string[];
  readonly resource?: { readonly group?: string; readonly version?: string; readonly plural: string };
  readonly more?: Loose;
}

/** One webhook of a configuration. Default: creation of config maps. */
export function hook(webhook: Webhook, { name, path, namespace, operations, resource, more }: HookOptions): Loose {
  const { group = '', version = 'v1', plural } = resource ?? { plural: 'configmaps' };
  return {
    name,
    clientConfig: webhook.clientConfig(path),
    rules: [{ operations: operations ?? ['CREATE'], apiGroups: [group], apiVersions: [version], resources: [plural] }],
    ...(namespace && { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }),
    sideEffects: 'None',
    admissionReviewVersions: ['v1', 'v1beta1'],
    ...more,
  };
}

/** Creates a configuration for as long as `work` takes. */
export async function withConfiguration<T>(
  api: Api,
  { type, name, hooks, labels }: { type: WebhookType; name: string; hooks: readonly Loose[]; labels?: Loose },
  work: (path: string) => Promise<T>,
): Promise<T> {
  await api.create(configurationsOf(type), { metadata: { name, ...(labels && { labels }) }, webhooks: hooks });
  const path = `${configurationsOf(type)}/${name}`;
  try {
    return await work(path);
  } finally {
    await api.raw('DELETE', path); // may be gone by now
  }
}
