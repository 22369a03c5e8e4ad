import { after } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Answer,
  type ReviewRequest,
  startWebhookServer,
  type WebhookServer,
} from '../../../src/apiserver/admission/webhooks/webhook-server.test-helper.ts';
import type { Api, Loose } from './api.ts';

const key = 'webhook-e2e-test';

/** The webhook that upstream's tests deploy, served by the test's process behind a Service. */
export interface Webhook {
  readonly server: WebhookServer;
  /** What a webhook configuration says to have one of its paths asked. */
  clientConfig(path: string): Loose;
}

/** Call it at the top of a file; it ends with the file. */
export async function startWebhook(api: Api): Promise<Webhook> {
  const server = await startWebhookServer();
  after(() => server.close());
  for (const [path, answer] of Object.entries(answers)) server.on(path, answer);
  // The name that the server's certificate has.
  await api.create('/api/v1/namespaces/default/services', {
    metadata: { name: 'hook' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });
  return {
    server,
    clientConfig: (path) => ({
      service: { namespace: 'default', name: 'hook', path, port: server.port },
      caBundle: server.caBundle,
    }),
  };
}

const deny = (message: string): Answer => ({ allowed: false, status: { message } });
const allow: Answer = {};

const answers: Readonly<Record<string, (request: ReviewRequest) => Answer | Promise<Answer>>> = {
  '/always-deny': () => deny('this webhook denies all requests'),
  '/always-allow-delay-5s': () => delay(5_000, allow, { ref: false }),
  '/add-label': ({ object }) => ({
    patch: object.metadata.labels
      ? [{ op: 'add', path: '/metadata/labels/added-label', value: 'yes' }]
      : [{ op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } }],
  }),
  '/pods': ({ object }) => {
    const label = object.metadata.labels?.[key];
    if (label === 'wait-forever') return new Promise(() => undefined);
    const problems = [
      label === 'webhook-disallow' && 'the pod contains unwanted label',
      object.spec.containers.some(({ name }: Loose) => name.includes('webhook-disallow')) &&
        'the pod contains unwanted container name',
    ].filter(Boolean);
    return problems.length > 0 ? deny(problems.join('; ')) : allow;
  },
  '/pods/attach': ({ name }) =>
    name === 'to-be-attached-pod' ? deny("attaching to pod 'to-be-attached-pod' is not allowed") : allow,
  '/mutating-pods': ({ object }) =>
    object.metadata.name === 'webhook-to-be-mutated'
      ? {
          patch: [
            {
              op: 'add',
              path: '/spec/initContainers',
              value: [{ image: 'webhook-added-image', name: 'webhook-added-init-container', resources: {} }],
            },
          ],
        }
      : allow,
  '/configmaps': ({ object }) =>
    object.data?.[key] === 'webhook-disallow' ? deny('the configmap contains unwanted key and value') : allow,
  '/mutating-configmaps': addStages,
  '/custom-resource': ({ operation, object, oldObject }) => {
    const data = (operation === 'DELETE' ? oldObject : object).data ?? {};
    const isUnwanted = operation === 'DELETE' ? data[key] === 'webhook-nondeletable' : data[key] === 'webhook-disallow';
    return isUnwanted ? deny('the custom resource contains unwanted data') : allow;
  },
  '/mutating-custom-resource': addStages,
  '/crd': ({ object }) =>
    object.metadata.labels?.[key] === 'webhook-disallow' ? deny('the crd contains unwanted label') : allow,
};

function addStages({ object }: ReviewRequest): Answer {
  const patch = [];
  if (object.data?.['mutation-start'] === 'yes')
    patch.push({ op: 'add', path: '/data/mutation-stage-1', value: 'yes' });
  if (object.data?.['mutation-stage-1'] === 'yes')
    patch.push({ op: 'add', path: '/data/mutation-stage-2', value: 'yes' });
  return patch.length > 0 ? { patch } : allow;
}
