import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openEnvelope } from '../../api/protobuf/envelope.ts';
import { decodeMessage, encodeObject, protobufDefinition } from '../../api/protobuf/protobuf.ts';
import { type Answer, TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

const protobuf = 'application/vnd.kubernetes.protobuf';
const maps = '/api/v1/namespaces/default/configmaps';

// biome-ignore lint/suspicious/noExplicitAny: tests look into objects of every shape.
type Anything = any;

/** A whole object, from its envelope. */
function opened(bytes: Buffer): Anything {
  const { apiVersion, kind, raw } = openEnvelope(bytes);
  const definition = protobufDefinition({ apiVersion, kind }) ?? assert.fail(`${apiVersion} ${kind}`);
  return { apiVersion, kind, ...decodeMessage(definition, raw) };
}

function sealed(object: { readonly apiVersion: string; readonly kind: string } & Record<string, unknown>): Buffer {
  return encodeObject(protobufDefinition(object) ?? assert.fail(object.kind), object);
}

describe('protobuf over HTTP', () => {
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    server = await startTestServer();
    client = new TestClient(server, server.admin);
  });
  after(async () => {
    client.close();
    await server.close();
  });

  const send = (method: string, path: string, body?: Buffer): Promise<Answer> =>
    client.call(method, path, {
      headers: { accept: protobuf, 'content-type': protobuf, 'user-agent': 'test' },
      ...(body && { body }),
    });

  async function sent(method: string, path: string, body?: Buffer): Promise<Anything> {
    const answer = await send(method, path, body);
    assert.equal(answer.headers['content-type'], protobuf);
    return opened(answer.bytes);
  }

  function configMap(name: string, data: Record<string, string> = {}): Buffer {
    return sealed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
  }

  test('create, get, replace, delete', async () => {
    const created = await sent('POST', maps, configMap('life', { a: '1' }));
    assert.deepEqual(created.data, { a: '1' });
    const json = (await client.get(`${maps}/life`)).json;
    assert.deepEqual(await sent('GET', `${maps}/life`), json);
    const replaced = await sent('PUT', `${maps}/life`, sealed({ ...created, data: { a: '2' } }));
    assert.deepEqual(replaced.data, { a: '2' });
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: created.metadata.uid } };
    const deleted = await sent('DELETE', `${maps}/life`, sealed(options));
    assert.equal(deleted.kind, 'Status');
    assert.equal(deleted.status, 'Success');
  });

  test('a replica count of zero is not lost', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const labels = { app: 'none' };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'none' },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'b' }] } },
      },
    };
    const created = await sent('POST', path, sealed(deployment));
    assert.equal(created.spec.replicas, 0);
    assert.equal(created.spec.strategy.type, 'RollingUpdate');
    const scale = await sent('GET', `${path}/none/scale`);
    assert.equal(scale.kind, 'Scale');
    const scaled = await sent('PUT', `${path}/none/scale`, sealed({ ...scale, spec: { replicas: 3 } }));
    assert.equal(scaled.spec.replicas, 3);
    const none = await sent('PUT', `${path}/none/scale`, sealed({ ...scaled, spec: {} }));
    assert.equal(none.spec.replicas ?? 0, 0);
  });

  test('lists, whole, in pages and of metadata only', async () => {
    for (let i = 0; i < 70; i++) await send('POST', maps, configMap(`page-${i}`, { i: String(i) }));
    const json = (await client.get(maps)).json;
    const list = await sent('GET', maps);
    assert.equal(list.kind, 'ConfigMapList');
    assert.ok(list.items.length >= 70);
    assert.deepEqual(list.items, json.items);
    await send('POST', maps, configMap('large', { a: 'x'.repeat(500_000) }));
    const large = await sent('GET', maps);
    assert.deepEqual(large.items, (await client.get(maps)).json.items);
    await send('DELETE', `${maps}/large`);
    const page = await sent('GET', `${maps}?limit=7`);
    assert.equal(page.items.length, 7);
    assert.equal(page.metadata.remainingItemCount, list.items.length - 7);
    const partial = { accept: `${protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1` };
    const metadata = opened((await client.get(maps, partial)).bytes);
    assert.equal(metadata.kind, 'PartialObjectMetadataList');
    assert.deepEqual(metadata.items[0], { metadata: json.items[0].metadata });
    assert.equal((await sent('GET', '/api/v1/pods')).items, undefined);
  });

  test('errors', async () => {
    const missing = await send('GET', `${maps}/missing`);
    assert.equal(missing.status, 404);
    const status = opened(missing.bytes);
    assert.equal(status.reason, 'NotFound');
    assert.deepEqual(status.details, { name: 'missing', kind: 'configmaps' });
    const wrongKind = await send('POST', maps, sealed({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }));
    assert.equal(wrongKind.status, 400);
    const cut = await send('POST', maps, configMap('cut').subarray(0, -12));
    assert.equal(cut.status, 400);
    assert.match(opened(cut.bytes).message, /not valid Kubernetes protobuf/);
    const table = await client.get(maps, { accept: `${protobuf};as=Table;g=meta.k8s.io;v=v1` });
    assert.equal(table.status, 406);
  });

  test('nothing is written that cannot be answered', async () => {
    const headers = { accept: 'application/cbor', 'content-type': protobuf };
    const refused = await client.call('POST', maps, { headers, body: configMap('unanswered') });
    assert.equal(refused.status, 406);
    assert.equal((await client.get(`${maps}/unanswered`)).status, 404);
  });

  test('discovery', async () => {
    const core = await sent('GET', '/api/v1');
    assert.equal(core.kind, 'APIResourceList');
    const pods = core.resources.find(({ name }: Anything) => name === 'pods');
    assert.ok(pods.verbs.includes('watch'));
    assert.equal((await sent('GET', '/api')).kind, 'APIVersions');
    assert.equal((await sent('GET', '/apis')).groups.length, (await client.get('/apis')).json.groups.length);
    assert.equal((await sent('GET', '/apis/apps')).name, 'apps');
  });

  test('JSON is sent where it will do', async () => {
    const answer = await client.get(maps, { accept: `${protobuf},application/json` });
    assert.equal(answer.headers['content-type'], 'application/json');
  });

  test('watches', async () => {
    const { resourceVersion } = (await sent('GET', maps)).metadata;
    const stream = client.session.request({
      ':path': `${maps}?watch=1&resourceVersion=${resourceVersion}`,
      accept: protobuf,
    });
    const headers = new Promise<Anything>((resolve) => stream.on('response', resolve));
    const events = frames(stream);
    assert.equal((await headers)['content-type'], `${protobuf};stream=watch`);
    const created = await sent('POST', maps, configMap('seen', { a: 'x'.repeat(300) }));
    const { value } = await events.next();
    assert.deepEqual(value, { type: 'ADDED', object: created });
    await send('DELETE', `${maps}/seen`);
    assert.equal((await events.next()).value?.type, 'DELETED');
    stream.close();
    await events.return(undefined);
  });

  test('a watch that cannot begin', async () => {
    const answer = await send('GET', `${maps}?watch=1&resourceVersion=x`);
    assert.equal(answer.headers['content-type'], protobuf);
    assert.equal(opened(answer.bytes).code, answer.status);
    assert.ok(answer.status >= 400);
  });
});

/** The events of a watch: four bytes of length, then type and object. */
async function* frames(stream: AsyncIterable<Buffer>): AsyncGenerator<{ type: string; object: Anything }, void> {
  let buffered = Buffer.alloc(0);
  for await (const chunk of stream) {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= 4 && buffered.length >= 4 + buffered.readUInt32BE()) {
      const event = buffered.subarray(4, 4 + buffered.readUInt32BE());
      buffered = buffered.subarray(4 + event.length);
      const typeBytes = event[1] ?? 0;
      const type = event.subarray(2, 2 + typeBytes).toString();
      // What follows are two lengths, of the RawExtension and of its content.
      yield { type, object: opened(event.subarray(event.indexOf('k8s\0'))) };
    }
  }
}
