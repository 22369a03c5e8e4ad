import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const all = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';
const notAcceptable = `only the following media types are accepted: ${all}`;
const unknownFormat = 'the body of the request was in an unknown format - accepted media types include:';
const patches =
  'application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml';

/** What goes in and out in which form (kubernetes.io/docs/reference/using-api/api-concepts, "Alternate representations"). */
describe('negotiation', () => {
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    server = await startTestServer();
    client = new TestClient(server, server.admin);
    const made = await client.post(maps, { metadata: { name: 'a' }, data: { large: 'x'.repeat(200_000) } });
    assert.equal(made.status, 201, made.text);
    await client.post(maps, { metadata: { name: 'b' } });
  });
  after(async () => {
    client.close();
    await server.close();
  });

  test('406 names what there is; CBOR is off by default upstream, and not here', async () => {
    for (const accept of ['text/html', 'application/cbor', 'application/json;as=Nope;g=x;v=y']) {
      const { status, json } = await client.get(`${maps}/b`, { accept });
      assert.deepEqual([status, json.reason, json.message], [406, 'NotAcceptable', notAcceptable], accept);
    }
    const either = await client.get(`${maps}/b`, { accept: 'application/cbor, application/json;q=0.1' });
    assert.equal(either.headers['content-type'], 'application/json');
  });

  test('415 names what there is, for bodies and for patches', async () => {
    const send = (method: string, type: string) =>
      client.call(method, method === 'POST' ? maps : `${maps}/b`, { body: '{}', headers: { 'content-type': type } });
    for (const [method, type, list] of [
      ['POST', 'text/plain', all],
      ['PUT', 'application/cbor', all],
      ['DELETE', 'application/xml', all],
      ['PATCH', 'application/json', patches],
      ['PATCH', 'application/apply-patch+cbor', patches],
    ] as const) {
      const { status, json } = await send(method, type);
      assert.deepEqual([status, json.reason, json.message], [415, 'UnsupportedMediaType', `${unknownFormat} ${list}`]);
    }
  });

  test('bodies that cannot be read are described', async () => {
    const post = async (body: string | Buffer, type = 'application/json') => {
      const { status, json } = await client.call('POST', maps, { body, headers: { 'content-type': type } });
      assert.equal(status, 400, String(body));
      return json.message;
    };
    const head =
      "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error:";
    assert.equal(await post(''), `${head} unexpected end of JSON input (<empty>)`);
    assert.equal(await post('{"a":'), `${head} unexpected end of JSON input ({"a":)`);
    assert.match(await post('[1]'), /json: cannot unmarshal array into Go value of type struct .* \(5b315d\)$/);
    assert.match(await post(`{${' '.repeat(50)}`), /\(\{ {29} \.\.\.\)$/);
    assert.match(
      await post('{"kind":"Secret","apiVersion":"v1"}'),
      /Secret in version "v1" cannot be handled as a ConfigMap/,
    );
    assert.match(
      await post('{"data":{"a":1}}'),
      /cannot unmarshal number into Go struct field ConfigMap\.data of type string/,
    );
    assert.match(await post('data: [', 'application/yaml'), /^error converting YAML to JSON: /);
    assert.match(await post('data: {a: .nan}', 'application/yaml'), /json: unsupported value: NaN/);
  });

  test('what is not UTF-8 is read as Go reads it', async () => {
    const body = Buffer.concat([
      Buffer.from('{"metadata":{"name":"utf"},"data":{"a":"'),
      Buffer.from([0xff]),
      Buffer.from('"}}'),
    ]);
    const { status, json } = await client.call('POST', maps, { body, headers: { 'content-type': 'application/json' } });
    assert.deepEqual([status, json.data], [201, { a: '\ufffd' }]);
  });

  test('people get indented JSON, programs do not, and both may say otherwise', async () => {
    const pretty = async (query: string, agent?: string) =>
      (await client.get(`${maps}/b${query}`, agent ? { 'user-agent': agent } : undefined)).text.startsWith(
        '{\n  "kind"',
      );
    assert.deepEqual(
      [
        await pretty(''),
        await pretty('?pretty=true'),
        await pretty('?pretty=1'),
        await pretty('?pretty=x'),
        await pretty('', 'curl/8.0'),
        await pretty('?pretty=false', 'curl/8.0'),
        await pretty('', 'Mozilla/5.0 (X11)'),
        await pretty('', 'kubectl/v1.35'),
      ],
      [false, true, true, false, true, false, true, false],
    );
    assert.match((await client.get(`${maps}?pretty=true`)).text, /^{\n {2}"kind": "ConfigMapList"/);
    assert.match((await client.get(`${maps}/none`, { 'user-agent': 'curl/8' })).text, /^{\n {2}"kind": "Status"/);
  });

  test('large answers are compressed where that is wanted, small ones never', async () => {
    const gzip = { 'accept-encoding': 'gzip' };
    const large = await client.get(`${maps}/a`, gzip);
    assert.equal(large.headers['content-encoding'], 'gzip');
    assert.equal(JSON.parse(gunzipSync(large.bytes).toString()).metadata.name, 'a');
    assert.equal((await client.get(`${maps}/b`, gzip)).headers['content-encoding'], undefined);
    assert.equal((await client.get(`${maps}/a`)).headers['content-encoding'], undefined);
    const refused = await client.get(`${maps}/a`, { 'accept-encoding': 'gzip;q=0' });
    assert.equal(refused.headers['content-encoding'], undefined);
  });

  test('tables: with what object, and what not', async () => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const rowOf = async (query: string) => (await client.get(`${maps}/b${query}`, { accept })).json.rows[0];
    assert.equal((await rowOf('?includeObject=None')).object, null);
    assert.equal((await rowOf('')).object.kind, 'PartialObjectMetadata');
    const { object } = await rowOf('?includeObject=Object');
    assert.deepEqual([object.kind, object.apiVersion], ['ConfigMap', 'v1']);
    const wrong = await client.get(`${maps}/b?includeObject=x`, { accept });
    assert.deepEqual(
      [wrong.status, wrong.json.message],
      [
        400,
        "Unable to convert to Table as requested: includeObject: Invalid value: \"x\": must be 'Metadata', 'Object', 'None', or empty",
      ],
    );
    const yaml = await client.get(maps, { accept: 'application/yaml;as=Table;v=v1;g=meta.k8s.io' });
    assert.match(yaml.text, /^kind: Table$/m);
    const old = await client.get(maps, { accept: accept.replace('v=v1', 'v=v1beta1') });
    assert.equal(old.json.apiVersion, 'meta.k8s.io/v1beta1');
    const binary = await client.get(maps, {
      accept: 'application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io',
    });
    assert.equal(binary.status, 406);
  });

  test('metadata alone, one and many, in each encoding', async () => {
    const as = (encoding: string, what: string) => `application/${encoding};as=${what};v=v1;g=meta.k8s.io`;
    const one = await client.get(`${maps}/b`, { accept: as('json', 'PartialObjectMetadata') });
    assert.deepEqual(Object.keys(one.json), ['kind', 'apiVersion', 'metadata']);
    const many = await client.get(maps, { accept: as('json', 'PartialObjectMetadataList') });
    assert.deepEqual([many.json.kind, many.json.items[0].data], ['PartialObjectMetadataList', undefined]);
    const binary = await client.get(maps, { accept: as('vnd.kubernetes.protobuf', 'PartialObjectMetadataList') });
    assert.deepEqual(
      [binary.headers['content-type'], binary.bytes.subarray(0, 4).toString('latin1')],
      ['application/vnd.kubernetes.protobuf', 'k8s\0'],
    );
    assert.ok(binary.bytes.includes('PartialObjectMetadataList'));
    const created = await client.post(
      maps,
      { metadata: { name: 'meta' }, data: { a: 'b' } },
      { accept: as('json', 'PartialObjectMetadata') },
    );
    assert.deepEqual([created.status, created.json.kind, created.json.data], [201, 'PartialObjectMetadata', undefined]);
  });

  test('errors come in the form that the client takes', async () => {
    const { status, headers, bytes } = await client.get(`${maps}/none`, {
      accept: 'application/vnd.kubernetes.protobuf',
    });
    assert.deepEqual([status, headers['content-type']], [404, 'application/vnd.kubernetes.protobuf']);
    assert.ok(bytes.includes('configmaps "none" not found'));
    const table = await client.get(`${maps}/none`, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    assert.deepEqual([table.status, table.json.kind], [404, 'Status']);
    const yaml = await client.get(`${maps}/none`, { accept: 'application/yaml' });
    assert.match(yaml.text, /kind: Status/);
  });
});
