import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { mutatingWebhookConfiguration } from '../../../api/admissionregistration/mutating-webhook-configuration.ts';
import { validatingWebhookConfiguration } from '../../../api/admissionregistration/validating-webhook-configuration.ts';
import { horizontalPodAutoscaler } from '../../../api/autoscaling/horizontal-pod-autoscaler.ts';
import { configMap } from '../../../api/core/config-map.ts';
import type { ApiError } from '../../../api/status.ts';
import { MetricRegistry } from '../../../base/metrics/metrics.ts';
import { directConnection, type NodeConnection } from '../../proxy/node-connection.ts';
import { type AdmissionBench, openAdmission, refusal, root } from '../admission.test-helper.ts';
import { startWebhookServer, type WebhookServer } from './webhook-server.test-helper.ts';

const everything = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] };

describe('webhooks', () => {
  let bench: AdmissionBench;
  let server: WebhookServer;
  const metrics = new MetricRegistry();
  before(async () => {
    server = await startWebhookServer();
    const dial: NodeConnection['dial'] = ({ host, port }, signal) =>
      // 10.1.1.1 stands for the webhook's pod.
      directConnection.dial(host === '10.1.1.1' ? { host: '127.0.0.1', port: server.port } : { host, port }, signal);
    bench = await openAdmission({ connection: { dial }, metrics });
  });
  after(async () => {
    await bench.close();
    await server.close();
  });
  afterEach(async () => {
    await bench.client.deleteCollection(mutatingWebhookConfiguration, {});
    await bench.client.deleteCollection(validatingWebhookConfiguration, {});
    await bench.client.deleteCollection(configMap, { namespace: 'default' });
    await bench.client.deleteCollection(horizontalPodAutoscaler, { namespace: 'default' });
    server.seen.length = 0;
    bench.warnings();
  });

  const webhook = (name: string, more = {}) => ({
    name: `${name}.example.com`,
    clientConfig: { url: `${server.url}/${name}`, caBundle: server.caBundle },
    rules: [{ ...everything, resources: ['configmaps'] }],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...more,
  });
  const register = (kind: 'Validating' | 'Mutating', ...webhooks: unknown[]) =>
    bench.create({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: `${kind}WebhookConfiguration`,
      metadata: { name: 'hooks' },
      webhooks,
    });
  const settings = (name: string, data = {}, labels = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', labels },
    data,
  });

  test('calls are counted by what came of them', async () => {
    server.on('/counted', ({ object }) => (object?.data.bad ? { allowed: false, status: { code: 409 } } : {}));
    const gone = { clientConfig: { url: 'https://127.0.0.1:1/', caBundle: server.caBundle } };
    await register('Mutating', webhook('open', { ...gone, failurePolicy: 'Ignore' }));
    await register('Validating', webhook('counted'));
    await bench.create(settings('good'));
    await assert.rejects(bench.create(settings('bad', { bad: 'yes' })));
    await bench.client.deleteCollection(validatingWebhookConfiguration, {});
    await register('Validating', webhook('shut', gone));
    await assert.rejects(bench.create(settings('unlucky')));
    const text = metrics.render();
    const labels = (name: string, type: string) => `name="${name}.example.com",type="${type}"`;
    for (const line of [
      `admission_duration_seconds_count{${labels('counted', 'validating')},operation="CREATE",rejected="false"} 1`,
      `admission_duration_seconds_count{${labels('counted', 'validating')},operation="CREATE",rejected="true"} 1`,
      `request_total{${labels('counted', 'validating')},operation="CREATE",code="409",rejected="true"} 1`,
      `rejection_count{${labels('counted', 'validating')},operation="CREATE",error_type="no_error",rejection_code="409"} 1`,
      `rejection_count{${labels('shut', 'validating')},operation="CREATE",error_type="calling_webhook_error",rejection_code="500"} 1`,
      `fail_open_count{${labels('open', 'admit')}} 3`,
    ])
      assert.ok(text.includes(`\napiserver_admission_webhook_${line}\n`), `${line} in ${text}`);
  });

  test('a validating webhook sees the whole request, warns, and refuses with its own words', async () => {
    server.on('/check', ({ name, object }) =>
      object?.data.bad
        ? { allowed: false, status: { code: 403, reason: 'Forbidden', message: `${name} is bad` }, warnings: ['hm'] }
        : { warnings: ['fine'], auditAnnotations: { a: 'b' } },
    );
    await register('Validating', webhook('check'));
    await bench.create(settings('good'));
    assert.deepEqual(bench.warnings(), ['fine']);
    const [{ request } = assert.fail()] = server.seen;
    assert.deepEqual(
      [request.operation, request.kind, request.resource.resource, request.namespace, request.name, request.dryRun],
      ['CREATE', { group: '', version: 'v1', kind: 'ConfigMap' }, 'configmaps', 'default', 'good', false],
    );
    assert.deepEqual(
      [request.userInfo.username, request.object.kind, request.oldObject],
      [root.name, 'ConfigMap', null],
    );
    assert.equal(
      await refusal(bench.create(settings('worse', { bad: 'yes' }))),
      'admission webhook "check.example.com" denied the request: worse is bad',
    );
    await bench.client.delete(configMap, { namespace: 'default', name: 'good' });
    assert.equal(server.seen.at(-1)?.request.operation, 'DELETE');
    assert.equal(server.seen.at(-1)?.request.oldObject.metadata.name, 'good');
  });

  test('a refusal without words or with a code of success is still a refusal', async () => {
    server.on('/mute', () => ({ allowed: false, status: { code: 200 } }));
    await register('Validating', webhook('mute'));
    const error = await bench.create(settings('a')).then(
      () => assert.fail('it was allowed'),
      (thrown: unknown) => thrown as ApiError,
    );
    assert.equal(error.message, 'admission webhook "mute.example.com" denied the request without explanation');
    assert.equal(error.toStatus().code, 400);
  });

  test('mutating webhooks see each other’s changes, and again what came after them if they ask for it', async () => {
    const add = (key: string) => ({ patch: [{ op: 'add', path: `/data/${key}`, value: 'x' }] });
    const order: string[] = [];
    server.on('/first', ({ object }) => {
      order.push(`first ${Object.keys(object.data)}`);
      return add('first');
    });
    server.on('/second', ({ object }) => {
      order.push(`second ${Object.keys(object.data)}`);
      return add('second');
    });
    await register('Mutating', webhook('first', { reinvocationPolicy: 'IfNeeded' }), webhook('second'));
    const made = await bench.create(settings('a', { own: '1' }));
    assert.deepEqual((made as never as { data: unknown }).data, { own: '1', first: 'x', second: 'x' });
    assert.deepEqual(order, ['first own', 'second own,first', 'first own,first,second']);
  });

  test('what a patch makes is checked like anything else', async () => {
    server.on('/break', () => ({ patch: [{ op: 'add', path: '/data', value: 5 }] }));
    await register('Mutating', webhook('break'));
    assert.match(await refusal(bench.create(settings('a')), 'InternalError'), /cannot unmarshal|cannot restore/);
    server.on('/break', () => ({ patch: [{ op: 'remove', path: '/nothing' }] }));
    assert.match(await refusal(bench.create(settings('a')), 'InternalError'), /Internal error occurred/);
    server.on('/break', () => ({ patch: [{ op: 'replace', path: '/metadata/name', value: 'UPPER' }] }));
    await assert.rejects(bench.create(settings('a')));
  });

  test('selectors choose by the labels of the object and of its namespace', async () => {
    server.on('/never', () => ({ allowed: false }));
    await register('Validating', webhook('never', { objectSelector: { matchLabels: { strict: 'yes' } } }));
    await bench.create(settings('a'));
    await assert.rejects(bench.create(settings('b', {}, { strict: 'yes' })));
    await bench.client.deleteCollection(validatingWebhookConfiguration, {});
    await register('Validating', webhook('never', { namespaceSelector: { matchLabels: { strict: 'yes' } } }));
    await bench.create(settings('c'));
    await bench.client.deleteCollection(validatingWebhookConfiguration, {});
    const system = { matchLabels: { 'kubernetes.io/metadata.name': 'default' } };
    await register('Validating', webhook('never', { namespaceSelector: system }));
    await assert.rejects(bench.create(settings('d')));
  });

  test('conditions choose by expressions', async () => {
    server.on('/never', () => ({ allowed: false }));
    const condition = (expression: string) => ({ matchConditions: [{ name: 'c', expression }] });
    await register('Validating', webhook('never', condition('request.operation == "CREATE" && "big" in object.data')));
    await bench.create(settings('a', { small: '1' }));
    await assert.rejects(bench.create(settings('b', { big: '1' })));
    await bench.client.deleteCollection(validatingWebhookConfiguration, {});
    await register('Validating', webhook('never', condition('object.data.missing == "x"')));
    assert.equal(
      await refusal(bench.create(settings('c', { small: '1' }))),
      `configmaps "c" is forbidden: expression 'object.data.missing == "x"' resulted in error: no such key: missing`,
    );
  });

  test('another version of the same objects matches too, unless exactly this one is wanted', async () => {
    server.on('/scale', ({ object }) => ({
      patch: [{ op: 'replace', path: '/spec/maxReplicas', value: object.spec.maxReplicas + 1 }],
    }));
    const rules = [
      {
        operations: ['CREATE'],
        apiGroups: ['autoscaling'],
        apiVersions: ['v1'],
        resources: ['horizontalpodautoscalers'],
      },
    ];
    const scaler = (name: string) => ({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name, namespace: 'default' },
      spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' } },
    });
    const replicas = async (name: string) =>
      ((await bench.create(scaler(name))) as never as { spec: { maxReplicas: number } }).spec.maxReplicas;
    await register('Mutating', webhook('scale', { rules }));
    assert.equal(await replicas('a'), 4);
    assert.deepEqual(server.seen[0]?.request.kind, {
      group: 'autoscaling',
      version: 'v1',
      kind: 'HorizontalPodAutoscaler',
    });
    await bench.client.deleteCollection(mutatingWebhookConfiguration, {});
    await register('Mutating', webhook('scale', { rules, matchPolicy: 'Exact' }));
    assert.equal(await replicas('b'), 3);
  });

  test('a service is reached at a ready endpoint, by the name in its certificate', async () => {
    const metadata = { name: 'hook', namespace: 'default' };
    await bench.create(
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { ports: [{ name: 'https', port: 443, targetPort: 8443 }], clusterIP: '10.43.0.9', selector: { a: 'b' } },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'hook' } },
        addressType: 'IPv4',
        ports: [{ name: 'https', port: 8443 }],
        endpoints: [
          { addresses: ['10.1.1.2'], conditions: { ready: false } },
          { addresses: ['10.1.1.1'], conditions: { ready: true } },
        ],
      },
    );
    server.on('/service', () => ({ allowed: false, status: { message: 'from the service' } }));
    const service = { namespace: 'default', name: 'hook', path: '/service' };
    await register('Validating', webhook('service', { clientConfig: { service, caBundle: server.caBundle } }));
    const error = await bench.create(settings('a')).catch((thrown: unknown) => thrown as ApiError);
    assert.equal(
      (error as ApiError).message,
      'admission webhook "service.example.com" denied the request: from the service',
    );
  });

  test('webhooks are not asked about webhooks', async () => {
    server.on('/never', () => ({ allowed: false }));
    await register('Validating', webhook('never', { rules: [{ ...everything, resources: ['*/*'] }] }));
    await bench.client.deleteCollection(validatingWebhookConfiguration, {});
    assert.equal(server.seen.length, 0);
  });

  describe('a webhook that fails', () => {
    const text = (name: string, why: string) =>
      `Internal error occurred: failed calling webhook "${name}.example.com": ${why}`;
    const cases: readonly [name: string, more: () => object, why: () => string][] = [
      [
        'gone',
        () => ({ clientConfig: { url: 'https://127.0.0.1:1/x', caBundle: server.caBundle } }),
        () =>
          'failed to call webhook: Post "https://127.0.0.1:1/x?timeout=10s": dial tcp 127.0.0.1:1: connect: connection refused',
      ],
      [
        'stranger',
        () => ({ clientConfig: { url: `${server.url}/stranger` } }),
        () =>
          `failed to call webhook: Post "${server.url}/stranger?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      ],
      ['lost', () => ({}), () => 'failed to call webhook: the server could not find the requested resource'],
      [
        'broken',
        () => ({}),
        () => 'failed to call webhook: an error on the server ("boom") has prevented the request from succeeding',
      ],
      ['confused', () => ({}), () => 'received invalid webhook response: webhook response was absent'],
      [
        'nobody',
        () => ({ clientConfig: { service: { namespace: 'default', name: 'nobody' }, caBundle: server.caBundle } }),
        () => 'failed to call webhook: Post "https://nobody.default.svc:443/?timeout=10s": service "nobody" not found',
      ],
      [
        'slow',
        () => ({ timeoutSeconds: 1 }),
        () => `failed to call webhook: Post "${server.url}/slow?timeout=1s": context deadline exceeded`,
      ],
    ];
    before(() => {
      server.on('/broken', () => ({ raw: { status: 500, body: 'boom' } }));
      server.on('/confused', () => ({
        raw: { status: 200, body: '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}' },
      }));
      server.on('/slow', () => new Promise(() => undefined));
    });
    for (const [name, more, why] of cases)
      test(name, async () => {
        await register('Validating', webhook(name, more()));
        assert.equal(await refusal(bench.create(settings('a')), 'InternalError'), text(name, why()));
        await bench.client.deleteCollection(validatingWebhookConfiguration, {});
        await register('Validating', webhook(name, { ...more(), failurePolicy: 'Ignore' }));
        await bench.create(settings('a'));
      });
  });
});
