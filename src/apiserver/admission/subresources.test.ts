import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { configMap } from '../../api/core/config-map.ts';
import { TestClient } from '../api-client.test-helper.ts';
import { allowAll, startTestServer, type TestServer } from '../api-server.test-helper.ts';
import type { AdmissionPlugin } from '../contract.ts';
import { createInProcessClient } from '../in-process-client.ts';
import { builtInAdmission } from './admission.ts';
import { type ReviewRequest, startWebhookServer, type WebhookServer } from './webhooks/webhook-server.test-helper.ts';

const pods = '/api/v1/namespaces/default/pods';
const hooks = '/apis/admissionregistration.k8s.io/v1';

/** What is no plain write passes the chain as what it is (kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers). */
describe('subresources and connections under admission', () => {
  let server: TestServer;
  let client: TestClient;
  let webhook: WebhookServer;

  before(async () => {
    webhook = await startWebhookServer();
    const admission: AdmissionPlugin[] = [];
    server = await startTestServer({
      admission,
      overrides: {
        tokenRequest: async (_ref, asked) => ({
          ...asked,
          status: { token: 't', expirationTimestamp: '2030-01-01T00:00:00Z' },
        }),
      },
      beforeStart(registry) {
        const user = { name: 'system:apiserver', groups: ['system:masters'] };
        const resolver = { rulesFor: () => [] } as never;
        const inside = createInProcessClient({ registry, user, name: 'k3ts' });
        const service = 'ServiceAccount';
        admission.push(
          ...builtInAdmission({ client: inside, authorizer: allowAll, resolver }).filter(
            ({ name }) => name !== service,
          ),
        );
      },
    });
    client = new TestClient(server, server.admin);
    for (const name of ['default', 'kube-system']) await client.post('/api/v1/namespaces', { metadata: { name } });
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    for (const name of ['free', 'runs', 'evicted'])
      await client.post(pods, { metadata: { name }, spec: name === 'free' ? spec : { ...spec, nodeName: 'n1' } });
    await client.post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'robot' } });
    await client.post('/apis/apps/v1/namespaces/default/deployments', {
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec },
      },
    });
  });
  after(async () => {
    client.close();
    await server.close();
    await webhook.close();
  });
  afterEach(async () => {
    await client.delete(`${hooks}/validatingwebhookconfigurations`);
    await client.delete(`${hooks}/mutatingwebhookconfigurations`);
    await client.delete(`${hooks}/validatingadmissionpolicybindings`);
    await client.delete(`${hooks}/validatingadmissionpolicies`);
    webhook.seen.length = 0;
  });

  const rule = (resources: string[], operations = ['*'], apiGroups = ['*']) => ({
    ...{ operations, apiGroups, apiVersions: ['*'], resources },
  });
  async function register(kind: 'validating' | 'mutating', name: string, rules: unknown[]): Promise<void> {
    const made = await client.post(`${hooks}/${kind}webhookconfigurations`, {
      metadata: { name },
      webhooks: [
        {
          name: `${name}.example.com`,
          clientConfig: { url: `${webhook.url}/${name}`, caBundle: webhook.caBundle },
          rules,
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    });
    assert.equal(made.status, 201, made.text);
  }
  const asked = () => webhook.seen.map(({ request }) => request as ReviewRequest & Record<string, unknown>);
  async function upgrade(path: string): Promise<string> {
    const socket = new WebSocket(`${server.url.replace('https', 'wss')}${path}`, 'v5.channel.k8s.io', {
      ca: server.ca,
      cert: server.admin.certificatePem,
      key: server.admin.keyPem,
    });
    return new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += String(chunk);
        });
        response.on('end', () => resolve(text));
      });
      socket.on('error', (error) => resolve(String(error)));
    });
  }

  test('exec is a CONNECT with its options', async () => {
    webhook.on('/exec', () => ({ allowed: false, status: { code: 403, message: 'no shells' } }));
    await register('validating', 'exec', [rule(['pods/exec', 'pods/attach', 'pods/portforward'], ['CONNECT'])]);
    const text = await upgrade(`${pods}/runs/exec?command=ls&command=-l&stdin=true&stdout=1&container=c`);
    const { message, code } = JSON.parse(text);
    assert.deepEqual([code, message], [403, 'admission webhook "exec.example.com" denied the request: no shells']);
    const [request = assert.fail()] = asked();
    assert.deepEqual(
      [request.operation, request.kind, request.resource, request.subResource, request.name, request['options']],
      [
        'CONNECT',
        { group: '', version: 'v1', kind: 'PodExecOptions' },
        { group: '', version: 'v1', resource: 'pods' },
        'exec',
        'runs',
        null,
      ],
    );
    assert.deepEqual(request.object, {
      apiVersion: 'v1',
      kind: 'PodExecOptions',
      stdin: true,
      stdout: true,
      container: 'c',
      command: ['ls', '-l'],
    });
    assert.equal(request.oldObject, null);
    assert.match(await upgrade(`${pods}/runs/portforward?ports=80`), /no shells/);
    assert.deepEqual(asked().at(-1)?.object.ports, [80]);
  });

  test('a proxied request is a CONNECT with its path', async () => {
    webhook.on('/proxy', () => ({ allowed: false, status: { message: 'stay outside' } }));
    await register('validating', 'proxy', [rule(['*/proxy'], ['CONNECT'])]);
    const { status, json } = await client.get(`${pods}/runs:80/proxy/a/b?c=d`);
    assert.equal(status, 400, json.message);
    assert.match(json.message, /stay outside/);
    const [request = assert.fail()] = asked();
    assert.deepEqual([request.kind.kind, request.object.path, request.name], ['PodProxyOptions', '/a/b', 'runs:80']);
    await client.get('/api/v1/nodes/n1/proxy/metrics');
    assert.equal(asked().at(-1)?.object.kind, 'NodeProxyOptions');
  });

  test('a policy sees what a subresource speaks', async () => {
    await client.post(`${hooks}/validatingadmissionpolicies`, {
      metadata: { name: 'no-shell' },
      spec: {
        matchConstraints: { resourceRules: [rule(['pods/exec'], ['CONNECT'])] },
        validations: [{ expression: "!('sh' in object.command)", message: 'shells are for machines' }],
      },
    });
    await client.post(`${hooks}/validatingadmissionpolicybindings`, {
      metadata: { name: 'no-shell' },
      spec: { policyName: 'no-shell', validationActions: ['Deny'] },
    });
    assert.match(await upgrade(`${pods}/runs/exec?command=sh`), /shells are for machines/);
    assert.doesNotMatch(await upgrade(`${pods}/runs/exec?command=ls`), /shells are for machines/);
  });

  test('bindings and evictions are created, and nothing else is asked for them', async () => {
    webhook.on('/all', () => ({}));
    await register('validating', 'all', [rule(['pods', 'pods/*'])]);
    const bound = await client.post(`${pods}/free/binding`, { target: { kind: 'Node', name: 'n1' } });
    assert.equal(bound.status, 201, bound.text);
    const evicted = await client.post(`${pods}/evicted/eviction?fieldManager=me`, { metadata: { name: 'evicted' } });
    assert.equal(evicted.status, 201, evicted.text);
    assert.deepEqual(
      asked().map(({ operation, kind, subResource, object }) => [operation, kind.kind, subResource, object.kind]),
      [
        ['CREATE', 'Binding', 'binding', 'Binding'],
        ['CREATE', 'Eviction', 'eviction', 'Eviction'],
      ],
    );
    const [, eviction = assert.fail()] = asked();
    assert.deepEqual(eviction['requestKind'], { group: 'policy', version: 'v1', kind: 'Eviction' });
    assert.equal(eviction['requestSubResource'], 'eviction');
    assert.deepEqual(eviction['options'], {
      kind: 'CreateOptions',
      apiVersion: 'meta.k8s.io/v1',
      fieldManager: 'me',
    });
    const { json } = await client.get(`${pods}/free`);
    assert.equal(json.spec.nodeName, 'n1');
    assert.deepEqual(
      json.metadata.managedFields.map(({ subresource }: Record<string, string>) => subresource),
      [undefined],
    );
  });

  test('a webhook may change how far something is scaled, and what a token is for', async () => {
    webhook.on('/limit', ({ object }) => ({
      patch: object.spec.replicas > 5 ? [{ op: 'replace', path: '/spec/replicas', value: 5 }] : [],
    }));
    await register('mutating', 'limit', [rule(['deployments/scale'])]);
    const path = '/apis/apps/v1/namespaces/default/deployments/web';
    const scaled = await client.patch(`${path}/scale`, { spec: { replicas: 50 } });
    assert.equal(scaled.json.spec.replicas, 5, scaled.text);
    const [request = assert.fail()] = asked();
    assert.deepEqual(
      [request.kind, request.resource.resource, request.object.spec.replicas, request.oldObject.spec.replicas],
      [{ group: 'autoscaling', version: 'v1', kind: 'Scale' }, 'deployments', 50, 1],
    );
    webhook.on('/audience', () => ({ patch: [{ op: 'add', path: '/spec/audiences', value: ['vault'] }] }));
    await register('mutating', 'audience', [rule(['serviceaccounts/token'])]);
    const token = await client.post('/api/v1/namespaces/default/serviceaccounts/robot/token', { spec: {} });
    assert.deepEqual([token.status, token.json.spec?.audiences], [201, ['vault']], token.text);
  });

  test('questions pass the chain as well, and say nothing of namespaces', async () => {
    webhook.on('/review', () => ({}));
    await register('validating', 'review', [rule(['*'], ['CREATE'], ['authorization.k8s.io'])]);
    const spec = { user: 'me', resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'nowhere' } };
    const local = '/apis/authorization.k8s.io/v1/namespaces/nowhere/localsubjectaccessreviews';
    const answer = await client.post(local, { metadata: { namespace: 'nowhere' }, spec });
    assert.deepEqual([answer.status, answer.json.status.allowed], [201, true], answer.text);
    const [request = assert.fail()] = asked();
    assert.deepEqual(
      [request.operation, request.kind.kind, request.resource.resource, request.object.spec.user],
      ['CREATE', 'LocalSubjectAccessReview', 'localsubjectaccessreviews', 'me'],
    );
  });

  test('the audit event is told who changed the object, who was passed over, and what they had to say', async () => {
    webhook.on('/change', () => ({
      patch: [{ op: 'add', path: '/metadata/labels', value: { a: 'b' } }],
      auditAnnotations: { seen: 'yes' },
    }));
    await register('mutating', 'change', [rule(['configmaps'])]);
    const broken = {
      name: 'broken.example.com',
      clientConfig: { url: 'https://127.0.0.1:1/', caBundle: webhook.caBundle },
      rules: [rule(['configmaps'])],
      failurePolicy: 'Ignore',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    };
    await client.post(`${hooks}/validatingwebhookconfigurations`, { metadata: { name: 'broken' }, webhooks: [broken] });
    const notes = new Map<string, string>();
    await server.registry.create(
      configMap,
      { namespace: 'default', name: 'noted' },
      { metadata: { name: 'noted' } } as never,
      {
        user: { name: 'me', groups: [] },
        signal: AbortSignal.timeout(5000),
        dryRun: false,
        fieldManager: 'me',
        fieldValidation: 'Ignore',
        warn: () => undefined,
        annotate: (key, value) => notes.set(key, value),
      },
    );
    assert.deepEqual(Object.fromEntries(notes), {
      'change.example.com/seen': 'yes',
      'mutation.webhook.admission.k8s.io/round_0_index_0':
        '{"configuration":"change","webhook":"change.example.com","mutated":true}',
      'failed-open.validating.webhook.admission.k8s.io/round_0_index_0': 'broken.example.com',
    });
  });

  test('options are shown as they were sent', async () => {
    webhook.on('/seen', () => ({}));
    await register('validating', 'seen', [rule(['configmaps'])]);
    const maps = '/api/v1/namespaces/default/configmaps';
    await client.post(`${maps}?fieldManager=me&fieldValidation=Strict&dryRun=All`, { metadata: { name: 'm' } });
    await client.post(maps, { metadata: { name: 'm' } });
    await client.patch(`${maps}/m?fieldManager=you`, { data: { a: 'b' } });
    const uid = (await client.get(`${maps}/m`)).json.metadata.uid;
    await client.delete(`${maps}/m`, { propagationPolicy: 'Foreground', preconditions: { uid } });
    const apiVersion = 'meta.k8s.io/v1';
    assert.deepEqual(
      asked()
        .slice(0, 4)
        .map(({ options }) => options),
      [
        { kind: 'CreateOptions', apiVersion, dryRun: ['All'], fieldManager: 'me', fieldValidation: 'Strict' },
        { kind: 'CreateOptions', apiVersion },
        { kind: 'UpdateOptions', apiVersion, fieldManager: 'you' },
        { kind: 'DeleteOptions', apiVersion, propagationPolicy: 'Foreground', preconditions: { uid } },
      ],
    );
  });
});
