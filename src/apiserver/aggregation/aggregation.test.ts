import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { headerOfText, textOfHeader } from '../../base/header-text.ts';
import { silentLogger } from '../../base/log.ts';
import { run } from '../../base/process.ts';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';
import { createInProcessClient } from '../in-process-client.ts';
import { type ExtensionServer, registerExtension, startExtensionServer } from './extension-server.test-helper.ts';
import { remoteContent } from './remote-content.ts';

const k3ts = join(import.meta.dirname, '../../../k3ts');
const services = '/apis/apiregistration.k8s.io/v1/apiservices';
const name = 'v1alpha1.wardle.example.com';
const flunders = '/apis/wardle.example.com/v1alpha1/namespaces/default/flunders';
const flunder = (called: string) => ({
  apiVersion: 'wardle.example.com/v1alpha1',
  kind: 'Flunder',
  metadata: { name: called },
});

const cleaner = { name: 'cleaner', groups: ['cleaners'] };

describe('aggregation', () => {
  let server: TestServer;
  let client: TestClient;
  let extension: ExtensionServer;
  before(async () => {
    extension = await startExtensionServer(() => server.requestHeaderCa);
    server = await startTestServer({ aggregation: true, connection: extension.connection });
    client = new TestClient(server, server.admin);
  });
  after(async () => {
    client.close();
    await server.close();
    await extension.close();
  });

  /** Waits until the condition says this, and returns its message. */
  async function available(status: string, reason: string, of = name): Promise<string> {
    let last: unknown;
    for (let left = 200; left > 0; left--) {
      const { json } = await client.get(`${services}/${of}`);
      const [condition] = json.status?.conditions ?? [];
      last = condition;
      if (condition?.status === status && condition.reason === reason) return condition.message;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${of} is not ${status} (${reason}): ${JSON.stringify(last)}`);
  }
  const headersOf = (raw: readonly string[], wanted: string) =>
    raw.flatMap((header, at) => (at % 2 === 0 && header.toLowerCase() === wanted ? [raw[at + 1]] : []));

  test('what this server serves has local APIServices', async () => {
    const { items } = (await client.get(services)).json;
    const names = items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
    assert.ok(names.includes('v1.') && names.includes('v1.apps') && names.includes('v2.autoscaling'), names.join());
    assert.ok(!names.includes('v1.apiregistration.k8s.io'));
    const apps = items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === 'v1.apps');
    assert.deepEqual(apps.metadata.labels, { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' });
    assert.deepEqual(apps.spec, { group: 'apps', version: 'v1', groupPriorityMinimum: 17_800, versionPriority: 15 });
    const [{ lastTransitionTime: _, ...condition }] = apps.status.conditions;
    assert.deepEqual(condition, {
      type: 'Available',
      status: 'True',
      reason: 'Local',
      message: 'Local APIServices are always available',
    });
  });

  test('custom resources have APIServices as long as they are served', async () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const schema = { openAPIV3Schema: { type: 'object' } };
    await client.post(definitions, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'rings.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural: 'rings', kind: 'Ring' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    await available('True', 'Local', 'v1.example.com');
    const { metadata, spec } = (await client.get(`${services}/v1.example.com`)).json;
    assert.equal(metadata.labels['kube-aggregator.kubernetes.io/automanaged'], 'true');
    assert.deepEqual([spec.groupPriorityMinimum, spec.versionPriority], [1000, 100]);
    await client.patch(`${services}/v1.example.com`, { spec: { versionPriority: 7 } });
    await client.delete(`${definitions}/rings.example.com`);
    for (let left = 200; left > 0; left--) {
      if ((await client.get(`${services}/v1.example.com`)).status === 404) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.fail('the APIService is still there');
  });

  test('a remote server is found, asked, and told who asks', async () => {
    await registerExtension(client, extension);
    assert.equal(await available('True', 'Passed'), 'all checks passed');
    extension.seen.length = 0;
    const user = await server.client('alice', ['team a', 'team b']);
    const alice = new TestClient(server, user);
    const made = await alice.call('POST', flunders, {
      body: flunder('one'),
      headers: { 'content-type': 'application/json', 'x-remote-user': 'root', 'x-remote-extra-scopes': 'all' },
    });
    alice.close();
    assert.equal(made.status, 201, made.text);
    assert.equal((await client.get(`${flunders}/one`)).json.metadata.namespace, 'default');
    assert.equal((await client.get(`${flunders}/two`)).status, 404);
    const [{ raw, peer } = assert.fail()] = extension.seen;
    assert.equal(peer, 'system:auth-proxy');
    assert.deepEqual(headersOf(raw, 'x-remote-user'), ['alice']);
    assert.deepEqual(headersOf(raw, 'x-remote-group'), ['team a', 'team b', 'system:authenticated']);
    assert.deepEqual(headersOf(raw, 'x-remote-extra-scopes'), []);
  });

  test('a body that a read announces is no part of the next request', async () => {
    extension.seen.length = 0;
    const who = { 'impersonate-user': headerOfText('Zoë 李'), 'impersonate-group': 'system:masters' };
    const headers = { 'content-length': '30', ...who };
    for (const name of ['a', 'b', 'c'])
      assert.equal((await client.call('GET', `${flunders}/${name}`, { body: 'x'.repeat(30), headers })).status, 404);
    assert.deepEqual(
      extension.seen.map(({ url }) => url),
      ['a', 'b', 'c'].map((name) => `${flunders}/${name}`),
    );
    for (const { raw } of extension.seen) {
      assert.deepEqual(headersOf(raw, 'content-length'), []);
      assert.deepEqual(headersOf(raw, 'x-remote-user').map(String).map(textOfHeader), ['Zoë 李']);
    }
  });

  test('discovery shows it among the others, in both forms', async () => {
    const { groups } = (await client.get('/apis')).json;
    assert.equal(groups.at(-1).name, 'wardle.example.com');
    assert.deepEqual((await client.get('/apis/wardle.example.com')).json.preferredVersion, {
      groupVersion: 'wardle.example.com/v1alpha1',
      version: 'v1alpha1',
    });
    assert.equal((await client.get('/apis/wardle.example.com/v1alpha1')).json.resources[0].name, 'flunders');
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const item = (await client.get('/apis', { accept })).json.items.at(-1);
    assert.equal(item.metadata.name, 'wardle.example.com');
    assert.deepEqual(item.versions, [
      {
        version: 'v1alpha1',
        resources: [
          {
            resource: 'flunders',
            responseKind: { group: '', version: '', kind: 'Flunder' },
            scope: 'Namespaced',
            singularResource: 'flunder',
            verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'watch'],
            shortNames: ['fl'],
            subresources: [
              { subresource: 'echo', responseKind: { group: '', version: '', kind: 'Flunder' }, verbs: ['get'] },
            ],
          },
        ],
        freshness: 'Current',
      },
    ]);
  });

  test('OpenAPI has what the server says of its own paths', async () => {
    const { paths, definitions } = (await client.get('/openapi/v2')).json;
    assert.ok(paths['/apis/wardle.example.com/v1alpha1/namespaces/{namespace}/flunders/{name}']);
    assert.equal(paths['/apis/apps/v1/other'], undefined);
    assert.equal(definitions['com.example.wardle.v1alpha1.Flunder'].description, 'What wardles have.');
    assert.equal(definitions['com.example.wardle.Unused'], undefined);
    const proto = await client.get('/openapi/v2', {
      accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    });
    assert.ok(proto.bytes.includes('What wardles have.'));
    const index = (await client.get('/openapi/v3')).json.paths;
    const address = index['apis/wardle.example.com/v1alpha1'].serverRelativeURL;
    assert.equal(address, '/openapi/v3/apis/wardle.example.com/v1alpha1?hash=ABC');
    const document = (await client.get(address)).json;
    assert.ok(document.components.schemas['com.example.wardle.v1alpha1.Flunder']);
  });

  test('kubectl finds, explains and reads what is behind', async () => {
    const kubectl = async (...args: string[]) =>
      (await run(k3ts, ['kubectl', '--kubeconfig', server.kubeconfig, ...args], { timeoutMs: 30_000 })).stdout;
    assert.match(await kubectl('get', 'apiservices', name), /wardle\/api +True/);
    assert.match(await kubectl('explain', 'flunders.spec'), /shade\t<string>\n +Its colour\./);
    assert.match(await kubectl('api-resources', '--api-group=wardle.example.com'), /flunders +fl +/);
    assert.equal(await kubectl('get', 'fl', 'one', '-o', 'name'), 'flunder.wardle.example.com/one\n');
  });

  test('what is behind can be looked after, as another user', async (t) => {
    const content = remoteContent(server.aggregation, cleaner, silentLogger);
    t.after(() => content.close());
    const [kind = assert.fail()] = content.kinds();
    assert.deepEqual([kind.plural, kind.apiVersion], ['flunders', 'wardle.example.com/v1alpha1']);
    assert.deepEqual(content.unknown(), []);
    await client.post(flunders.replace('default', 'gone'), flunder('lost'));
    extension.seen.length = 0;
    const local = createInProcessClient({ registry: server.registry, user: cleaner });
    const both = content.clientFor(cleaner, local);
    const left = async () => (await both.list(kind, { namespace: 'gone' })).items.map(({ metadata }) => metadata.name);
    assert.deepEqual(await left(), ['lost']);
    await both.deleteCollection(kind, { namespace: 'gone' });
    assert.deepEqual(await left(), []);
    for (const { raw } of extension.seen) assert.deepEqual(headersOf(raw, 'x-remote-user'), ['cleaner']);
  });

  test('watches stream', async () => {
    const stream = client.session.request({ ':method': 'GET', ':path': `${flunders}?watch=1` });
    const first = new Promise<string>((resolve) => stream.once('data', (chunk: Buffer) => resolve(String(chunk))));
    await new Promise((resolve) => stream.once('response', resolve));
    extension.emit('ADDED', flunder('seen'));
    const event = JSON.parse(await first);
    assert.deepEqual([event.type, event.object.metadata.name], ['ADDED', 'seen']);
    stream.close();
  });

  test('upgrades become tunnels', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect({
      host: hostname,
      port: Number(port),
      ca: server.ca,
      cert: server.admin.certificatePem,
      key: server.admin.keyPem,
      ALPNProtocols: ['http/1.1'],
    });
    socket.write(`GET ${flunders}/one/echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
    let text = '';
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        text += String(chunk);
        if (text.includes('\r\n\r\n') && !text.includes('hello')) socket.write('hello');
        if (text.endsWith('hello')) resolve();
      });
    });
    assert.match(text, /^HTTP\/1\.1 101 Switching Protocols/);
    socket.destroy();
  });

  test('what is not available says why, is stale in discovery, and answers 503', async () => {
    await client.patch('/apis/discovery.k8s.io/v1/namespaces/wardle/endpointslices/api-1', { endpoints: [] });
    assert.equal(
      await available('False', 'MissingEndpoints'),
      'endpointslices for service/api in "wardle" have no addresses with port name ""',
    );
    const refused = await client.get(flunders);
    assert.deepEqual([refused.status, refused.text], [503, 'service unavailable\n']);
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const [version] = (await client.get('/apis', { accept })).json.items.at(-1).versions;
    assert.equal(version.freshness, 'Stale');
    assert.deepEqual(remoteContent(server.aggregation, cleaner, silentLogger).unknown(), [
      'unable to retrieve the complete list of server APIs: wardle.example.com/v1alpha1: stale GroupVersion discovery: wardle.example.com/v1alpha1',
    ]);
    assert.equal(version.resources[0].resource, 'flunders');
    await client.delete('/apis/discovery.k8s.io/v1/namespaces/wardle/endpointslices/api-1');
    assert.equal(
      await available('False', 'EndpointsNotFound'),
      'cannot find endpointslices for service/api in "wardle"',
    );
    await client.patch(`${services}/${name}`, { spec: { service: { port: 444 } } });
    assert.equal(await available('False', 'ServicePortError'), 'service/api in "wardle" is not listening on port 444');
    await client.delete('/api/v1/namespaces/wardle/services/api');
    assert.equal(await available('False', 'ServiceNotFound'), 'service/api in "wardle" is not present');
    await client.patch(`${services}/${name}`, { spec: { service: { port: 443 }, caBundle: null } });
    await registerExtension(client, extension);
    assert.match(
      await available('False', 'FailedDiscoveryCheck'),
      /^failing or missing response from https:\/\/api\.wardle\.svc:443\/apis\/wardle\.example\.com\/v1alpha1: Get ".*": tls: failed to verify certificate: x509: certificate signed by unknown authority$/,
    );
    await client.patch(`${services}/${name}`, { spec: { insecureSkipTLSVerify: true } });
    await available('True', 'Passed');
    // What heals by itself is seen without a change of anything here.
    let refusing = true;
    extension.intercept = (_request, response) => {
      if (refusing) response.writeHead(503).end();
      return refusing;
    };
    await client.patch(`${services}/${name}`, { spec: { versionPriority: 201 } });
    assert.match(await available('False', 'FailedDiscoveryCheck'), /bad status from .*: 503$/);
    refusing = false;
    await available('True', 'Passed');
    assert.equal((await client.get(`${flunders}/one`)).status, 200);
    await client.delete(`${services}/${name}`);
    assert.equal((await client.get(flunders)).status, 404);
  });
});
