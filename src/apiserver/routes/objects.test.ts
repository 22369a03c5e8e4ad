import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const maps = '/api/v1/namespaces/default/configmaps';

function configMap(name: string, data: Record<string, string> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

describe('objects over HTTP', () => {
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

  test('create, get, replace, patch, delete', async () => {
    const created = await client.post(maps, configMap('life', { a: '1' }));
    assert.equal(created.status, 201);
    assert.equal(created.json.metadata.namespace, 'default');
    const read = await client.get(`${maps}/life`);
    assert.deepEqual(read.json, created.json);
    const replaced = await client.put(`${maps}/life`, { ...read.json, data: { a: '2' } });
    assert.equal(replaced.status, 200);
    const stale = await client.put(`${maps}/life`, { ...read.json, data: { a: '3' } });
    assert.equal(stale.status, 409);
    assert.equal(stale.json.reason, 'Conflict');
    const merged = await client.patch(`${maps}/life`, { data: { b: 'x', a: null } });
    assert.deepEqual(merged.json.data, { b: 'x' });
    const operations = [{ op: 'add', path: '/data/c', value: 'y' }];
    const patched = await client.patch(`${maps}/life`, operations, 'application/json-patch+json');
    assert.deepEqual(patched.json.data, { b: 'x', c: 'y' });
    const deleted = await client.delete(`${maps}/life`);
    assert.deepEqual(
      [deleted.status, deleted.json.kind, deleted.json.status, deleted.json.details.name],
      [200, 'Status', 'Success', 'life'],
    );
    const gone = await client.get(`${maps}/life`);
    assert.equal(gone.status, 404);
    assert.equal(gone.json.message, 'configmaps "life" not found');
  });

  test('the manager of fields is the User-Agent up to its slash, or what the query says', async () => {
    const agent = { 'user-agent': 'kubectl-create/v1.35 (linux)' };
    const first = await client.post(maps, configMap('managed', { a: '1' }), agent);
    const second = await client.post(`${maps}?fieldManager=me`, configMap('managed-too', { a: '1' }), agent);
    const managers = (answer: typeof first) =>
      answer.json.metadata.managedFields?.map((entry: { manager: string }) => entry.manager);
    if (managers(first)) {
      assert.deepEqual(managers(first), ['kubectl-create']);
      assert.deepEqual(managers(second), ['me']);
    }
    const long = await client.post(`${maps}?fieldManager=${'x'.repeat(129)}`, configMap('never'));
    assert.equal(long.status, 422);
  });

  test('lists are the objects’ bytes without kind and apiVersion, in one envelope', async () => {
    await client.post(maps, configMap('list-a', { x: 'ü' }));
    await client.post(maps, configMap('list-b'));
    const one = (await client.get(`${maps}/list-a`)).json;
    const { status, json } = await client.get(`${maps}?fieldSelector=metadata.name%3Dlist-a`);
    assert.equal(status, 200);
    const { kind: _kind, apiVersion: _apiVersion, ...item } = one;
    assert.equal(json.kind, 'ConfigMapList');
    assert.match(json.metadata.resourceVersion, /^\d+$/);
    assert.deepEqual(json.items, [item]);
    const page = await client.get(`${maps}?limit=1`);
    assert.equal(page.json.items.length, 1);
    const next = await client.get(`${maps}?limit=500&continue=${encodeURIComponent(page.json.metadata.continue)}`);
    assert.notEqual(next.json.items[0].metadata.name, page.json.items[0].metadata.name);
  });

  test('a large list is streamed and compressed when the client takes gzip', async () => {
    const big = 'x'.repeat(300_000);
    for (let index = 0; index < 5; index++) await client.post(maps, configMap(`big-${index}`, { big }));
    const plain = await client.get(maps);
    assert.equal(plain.json.items.filter((item: { data?: { big?: string } }) => item.data?.big === big).length, 5);
    const stream = client.session.request({ ':path': maps, 'accept-encoding': 'gzip' });
    let encoding: unknown;
    stream.on('response', (headers) => {
      encoding = headers['content-encoding'];
    });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    assert.equal(encoding, 'gzip');
    assert.equal(gunzipSync(Buffer.concat(chunks)).toString('utf8'), plain.text);
  });

  test('tables and metadata on request', async () => {
    await client.post(maps, configMap('cells', { a: '1', b: '2' }));
    const table = await client.get(`${maps}/cells`, { accept: `${tableType},application/json` });
    assert.equal(table.json.kind, 'Table');
    assert.equal(table.json.columnDefinitions[0].name, 'Name');
    assert.deepEqual(table.json.rows[0].cells.slice(0, 2), ['cells', 2]);
    assert.equal(table.json.rows[0].object.kind, 'PartialObjectMetadata');
    assert.equal(table.json.rows[0].object.data, undefined);
    const whole = await client.get(`${maps}/cells?includeObject=Object`, { accept: tableType });
    assert.deepEqual(whole.json.rows[0].object.data, { a: '1', b: '2' });
    const none = await client.get(`${maps}?includeObject=None`, { accept: tableType });
    assert.equal(none.json.rows[0].object, null);
    assert.equal((await client.get(`${maps}?includeObject=All`, { accept: tableType })).status, 400);
    const partial = await client.get(maps, {
      accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    });
    assert.equal(partial.json.kind, 'PartialObjectMetadataList');
    assert.ok(partial.json.items.every((item: object) => !('data' in item)));
  });

  test('YAML goes in and comes out', async () => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\ndata: {a: "1"}\n';
    const headers = { 'content-type': 'application/yaml', accept: 'application/yaml' };
    const { status, text } = await client.post(maps, body, headers);
    assert.equal(status, 201);
    assert.deepEqual(parse(text).data, { a: '1' });
    assert.match((await client.get(`${maps}/yaml?pretty=true`)).text, /^\{\n {2}"kind": "ConfigMap"/);
  });

  test('unknown fields are dropped, warned of, or refused, as asked', async () => {
    const odd = { ...configMap('odd'), dta: {} };
    const warned = await client.post(maps, odd);
    assert.equal(warned.status, 201);
    assert.equal(warned.headers.warning, '299 - "unknown field \\"dta\\""');
    const strict = await client.post(`${maps}?fieldValidation=Strict`, odd);
    assert.equal(strict.status, 400);
    assert.match(strict.json.message, /strict decoding error: unknown field "dta"/);
    const bad = await client.post(`${maps}?fieldValidation=Sometimes`, odd);
    assert.equal(
      bad.json.message,
      'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Sometimes": supported values: "Ignore", "Strict", "Warn"',
    );
  });

  test('dry run checks and changes nothing', async () => {
    assert.equal((await client.post(`${maps}?dryRun=All`, configMap('dry'))).status, 201);
    assert.equal((await client.get(`${maps}/dry`)).status, 404);
    assert.equal((await client.post(`${maps}?dryRun=Some`, configMap('dry'))).status, 422);
  });

  test('what does not fit is refused with upstream’s codes', async () => {
    const codes = async (call: Promise<{ status: number; json: { reason?: string } }>) => {
      const { status, json } = await call;
      return `${status} ${json?.reason}`;
    };
    assert.equal(await codes(client.get('/api/v1/nothing')), '404 NotFound');
    assert.equal(await codes(client.get('/apis/no.such.group/v1/things')), '404 NotFound');
    assert.equal(await codes(client.post('/api/v1/pods', {})), '405 MethodNotAllowed');
    assert.equal(await codes(client.put('/api/v1/namespaces/default/configmaps', {})), '405 MethodNotAllowed');
    assert.equal(await codes(client.get('/api/v1/namespaces/default/nodes/n')), '404 NotFound');
    assert.equal(await codes(client.get(maps, { accept: 'application/cbor' })), '406 NotAcceptable');
    const typed = (type: string) => codes(client.post(maps, 'k8s', { 'content-type': type }));
    assert.equal(await typed('application/vnd.kubernetes.protobuf'), '400 BadRequest');
    assert.equal(await typed('application/cbor'), '415 UnsupportedMediaType');
    assert.equal(await codes(client.patch(`${maps}/x`, {}, 'application/json')), '415 UnsupportedMediaType');
    assert.equal(await codes(client.post(maps, '{')), '400 BadRequest');
    assert.equal(
      await codes(client.post(maps, configMap('x', { a: 'x'.repeat(4 << 20) }))),
      '413 RequestEntityTooLarge',
    );
    assert.equal(await codes(client.put(`${maps}/other`, configMap('name'))), '400 BadRequest');
    const elsewhere = { ...configMap('x'), metadata: { name: 'x', namespace: 'elsewhere' } };
    assert.equal(await codes(client.post(maps, elsewhere)), '400 BadRequest');
    const apply = client.patch(`${maps}/x`, configMap('x'), 'application/apply-patch+yaml');
    assert.match((await apply).json.message, /fieldManager: Required value: is required for apply patch/);
    const applied = (body: object) => client.patch(`${maps}/x?fieldManager=me`, body, 'application/apply-patch+yaml');
    assert.match(
      (await applied({ ...configMap('x'), kind: 'Secret' })).json.message,
      /does not match the expected kind/,
    );
    const meant = await applied({ ...configMap('x'), metadata: { name: 'x', uid: 'that-one' } });
    assert.deepEqual(
      [meant.status, meant.json.message],
      [
        409,
        'Operation cannot be fulfilled on configmaps "x": uid mismatch: the provided object specified uid that-one, and no existing object was found',
      ],
    );
  });

  test('deletion options come from the body or the query', async () => {
    await client.post(maps, configMap('precious'));
    const wrong = await client.delete(`${maps}/precious`, { preconditions: { uid: 'not-this' } });
    assert.equal(wrong.status, 409);
    const both = await client.delete(`${maps}/precious`, { propagationPolicy: 'Orphan', orphanDependents: true });
    assert.equal(both.status, 422);
    assert.equal((await client.delete(`${maps}/precious?propagationPolicy=Maybe`)).status, 422);
    assert.equal((await client.delete(`${maps}/precious?gracePeriodSeconds=0`)).status, 200);
    const left = await client.delete(`${maps}?fieldSelector=metadata.name%3Dcells`);
    assert.equal(left.json.kind, 'ConfigMapList');
    assert.equal((await client.get(`${maps}/cells`)).status, 404);
  });

  test('HEAD has the headers of GET and no body', async () => {
    const { status, text } = await client.call('HEAD', maps);
    assert.deepEqual([status, text], [200, '']);
  });
});
