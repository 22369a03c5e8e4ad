import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { shownAs } from '../../admission/match-rules.ts';
import { TestClient } from '../../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../../api-server.test-helper.ts';
import type { AdmissionPlugin } from '../../contract.ts';
import { equivalentsOf } from '../../registry/served-kind.ts';
import {
  type AnyObject,
  type ConversionRequest,
  type ConversionServer,
  converted,
  startConversionServer,
} from './conversion-server.test-helper.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const text = { type: 'string' };
const schema = (properties: object) => ({
  openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } },
});
const v1 = (more = {}) => ({
  name: 'v1',
  served: true,
  storage: true,
  schema: schema({ hostPort: text }),
  selectableFields: [{ jsonPath: '.spec.hostPort' }],
  ...more,
});
const v2 = (more = {}) => ({
  name: 'v2',
  served: true,
  storage: false,
  schema: schema({ host: text, port: { ...text, default: '80' }, weight: { type: 'integer', maximum: 9 } }),
  selectableFields: [{ jsonPath: '.spec.host' }],
  subresources: { status: {}, scale: { specReplicasPath: '.spec.weight', statusReplicasPath: '.status.weight' } },
  ...more,
});

/** `hostPort` of v1 is `host` and `port` of v2; what v1 cannot say is kept in an annotation. */
function convertHost(object: AnyObject, desiredAPIVersion: string): AnyObject {
  const { spec = {}, metadata } = object;
  if (desiredAPIVersion.endsWith('/v2')) {
    const [host = '', port = ''] = (spec.hostPort ?? '').split(':');
    const { weight, ...annotations } = metadata.annotations ?? {};
    object.metadata = { ...metadata, annotations };
    object.spec = { host, port, ...(weight && { weight: Number(weight) }) };
  } else {
    object.spec = { hostPort: `${spec.host}:${spec.port}` };
    if (spec.weight !== undefined)
      object.metadata = { ...metadata, annotations: { ...metadata.annotations, weight: String(spec.weight) } };
  }
  return object;
}

describe('conversion by webhook', () => {
  let server: TestServer;
  let client: TestClient;
  let hook: ConversionServer;
  /** What admission that wants v2 has seen. */
  const admitted: AnyObject[] = [];

  before(async () => {
    const admission: AdmissionPlugin[] = [];
    server = await startTestServer({
      admission,
      beforeStart(registry) {
        admission.push({
          name: 'SeesVersion2',
          handles: ({ kind, operation }) => kind.plural === 'links' && operation !== 'DELETE',
          async validate(request, object) {
            const kind = equivalentsOf(() => registry.kinds)(request.kind).find(({ version }) => version === 'v2');
            if (kind) admitted.push(await shownAs(request, kind, object));
          },
        });
      },
    });
    client = new TestClient(server, server.admin);
    hook = await startConversionServer();
    hook.convert = convertHost;
  });
  after(async () => {
    client.close();
    await server.close();
    await hook.close();
  });
  afterEach(async () => {
    hook.answer = undefined;
    hook.convert = convertHost;
    hook.seen.length = 0;
  });

  const define = async (versions: readonly unknown[], more = {}) => {
    const wanted = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'links.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'links', kind: 'Link' },
        versions,
        conversion: hook.conversion(),
        ...more,
      },
    };
    const path = `${definitions}/links.example.com`;
    const there = (await client.get(path)).status === 200;
    const made = there ? await client.patch(path, { spec: wanted.spec }) : await client.post(definitions, wanted);
    assert.ok(made.status < 300, made.text);
    for (let left = 100; left > 0; left--) {
      const { status } = (await client.get(path)).json;
      if (status?.conditions?.some((one: AnyObject) => one.type === 'Established' && one.status === 'True')) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // The loop that serves runs right after the write.
    await new Promise((resolve) => setTimeout(resolve, 30));
  };
  const at = (version: string, rest = '') => `/apis/example.com/${version}/namespaces/default/links${rest}`;
  const link = (version: string, name: string, spec: unknown) => ({
    apiVersion: `example.com/${version}`,
    kind: 'Link',
    metadata: { name },
    spec,
  });

  test('objects are read and written in every served version', async () => {
    await define([v1(), v2()]);
    const made = await client.post(at('v2'), link('v2', 'a', { host: 'a.example', weight: 3 }));
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(made.json.spec, { host: 'a.example', port: '80', weight: 3 });
    const old = (await client.get(at('v1', '/a'))).json;
    assert.equal(old.apiVersion, 'example.com/v1');
    assert.deepEqual(old.spec, { hostPort: 'a.example:80' });
    assert.equal(old.metadata.annotations.weight, '3');
    const read = (await client.get(at('v2', '/a'))).json;
    assert.deepEqual(read.spec, { host: 'a.example', port: '80', weight: 3 });
    assert.equal(read.metadata.uid, old.metadata.uid);
    assert.equal(read.metadata.resourceVersion, old.metadata.resourceVersion);
    assert.equal(old.metadata.managedFields[0].apiVersion, 'example.com/v2');
  });

  test('one review converts a whole list, and later reads ask nobody', async () => {
    for (const name of ['b', 'c']) await client.post(at('v1'), link('v1', name, { hostPort: `${name}:1` }));
    hook.seen.length = 0;
    const { json } = await client.get(at('v2'));
    assert.deepEqual(
      json.items.map((item: AnyObject) => [item.apiVersion, item.spec.host]),
      [
        ['example.com/v2', 'a.example'],
        ['example.com/v2', 'b'],
        ['example.com/v2', 'c'],
      ],
    );
    const [{ desiredAPIVersion, objects } = assert.fail()] = hook.seen;
    assert.equal(hook.seen.length, 1);
    assert.equal(desiredAPIVersion, 'example.com/v2');
    assert.deepEqual(
      objects.map(({ metadata }) => metadata.name),
      ['b', 'c'],
      'a was converted when it was read',
    );
    await client.get(at('v2', '/b'));
    assert.equal(hook.seen.length, 1);
  });

  test('patches and deletion follow the rules of the version that is asked', async () => {
    const patched = await client.patch(at('v2', '/b'), { spec: { port: '2' } });
    assert.equal((await client.get(at('v1', '/b'))).json.spec.hostPort, 'b:2', patched.text);
    const invalid = await client.patch(at('v2', '/b'), { spec: { weight: 10 } });
    assert.match(
      invalid.json.message,
      /spec\.weight: Invalid value: 10: spec\.weight in body should be less than or equal/,
    );
    const removed = await client.delete(at('v2', '/c'));
    assert.equal(removed.status, 200, removed.text);
    assert.equal((await client.get(at('v1', '/c'))).status, 404);
  });

  test('fields are owned in the version in which they were written', async () => {
    await client.post(at('v1'), link('v1', 'k', { hostPort: 'k:1' }));
    const apply = (spec: unknown, query = '') =>
      client.patch(`${at('v2', '/k')}?fieldManager=me${query}`, link('v2', 'k', spec), 'application/apply-patch+yaml');
    const same = await apply({ host: 'k' });
    assert.equal(same.status, 200, same.text);
    const refused = await apply({ host: 'other' });
    assert.equal(refused.status, 409, refused.text);
    assert.match(refused.json.message, /^Apply failed with 1 conflict: .*using example\.com\/v1.*: \.spec\.hostPort$/);
    const forced = await apply({ host: 'other' }, '&force=true');
    assert.deepEqual(forced.json.spec, { host: 'other', port: '1' });
    const fields = (object: AnyObject) =>
      object.metadata.managedFields.map(({ operation, apiVersion, fieldsV1 }: AnyObject) => [
        operation,
        apiVersion,
        JSON.stringify(fieldsV1['f:spec']),
      ]);
    assert.deepEqual(fields(forced.json), [
      ['Apply', 'example.com/v2', '{"f:host":{}}'],
      ['Update', 'example.com/v1', '{}'],
    ]);
    const put = await client.patch(at('v1', '/k'), { spec: { hostPort: 'k:7' } });
    assert.deepEqual(fields(put.json), [['Update', 'example.com/v1', '{".":{},"f:hostPort":{}}']]);
    await client.delete(at('v1', '/k'));
  });

  test('admission that asks for another version sees that one', async () => {
    admitted.length = 0;
    await client.patch(at('v1', '/b'), { spec: { hostPort: 'b.example:2' } });
    assert.deepEqual(
      admitted.map(({ apiVersion, spec }) => [apiVersion, spec]),
      [['example.com/v2', { host: 'b.example', port: '2' }]],
    );
  });

  test('every other way to read and write goes through the webhook, too', async () => {
    const dry = await client.post(`${at('v2')}?dryRun=All`, link('v2', 'w', { host: 'w' }));
    assert.deepEqual([dry.status, dry.json.spec], [201, { host: 'w', port: '80' }]);
    assert.equal((await client.get(at('v2', '/w'))).status, 404);
    const applied = await client.patch(
      `${at('v2', '/w')}?fieldManager=me`,
      link('v2', 'w', { host: 'w' }),
      'application/apply-patch+yaml',
    );
    assert.deepEqual([applied.status, applied.json.spec], [201, { host: 'w', port: '80' }], applied.text);
    const patch = [{ op: 'replace', path: '/spec/port', value: '8' }];
    const replaced = await client.patch(at('v2', '/w'), patch, 'application/json-patch+json');
    assert.equal(replaced.json.spec.port, '8');
    const status = await client.patch(at('v2', '/w/status'), { status: { ready: true } });
    assert.equal(status.status, 200, status.text);
    const scaled = await client.patch(at('v2', '/w/scale'), { spec: { replicas: 4 } });
    assert.equal(scaled.json.spec?.replicas, 4, scaled.text);
    assert.equal((await client.get(at('v2', '/w'))).json.spec.weight, 4);
    assert.equal((await client.get(at('v1', '/w/scale'))).status, 404);
    const table = await client.get(at('v2'), { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' });
    assert.equal(table.json.rows.at(-1).object.apiVersion, 'meta.k8s.io/v1');
    assert.equal(table.json.rows.at(-1).cells[0], 'w');
    const partial = await client.get(at('v2', '/w'), {
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    });
    assert.equal(partial.json.metadata.name, 'w');
    const page = (await client.get(`${at('v2')}?limit=1`)).json;
    assert.equal(page.items.length, 1);
    const next = (await client.get(`${at('v2')}?limit=1&continue=${page.metadata.continue}`)).json;
    assert.equal(next.items[0].apiVersion, 'example.com/v2');
    const held = await client.patch(at('v2', '/w'), { metadata: { finalizers: ['example.com/hold'] } });
    assert.equal(held.status, 200);
    const marked = await client.delete(at('v2', '/w'));
    assert.deepEqual([marked.json.kind, marked.json.apiVersion], ['Link', 'example.com/v2'], marked.text);
    assert.ok(marked.json.metadata.deletionTimestamp);
    await client.patch(at('v1', '/w'), { metadata: { finalizers: null } });
    assert.equal((await client.get(at('v2', '/w'))).status, 404);
    await client.post(at('v2'), link('v2', 'x', { host: 'x' }));
    const gone = await client.call('DELETE', `${at('v2')}?fieldSelector=spec.host%3Dx`);
    assert.deepEqual(
      gone.json.items.map(({ metadata }: AnyObject) => metadata.name),
      ['x'],
    );
    const stream = await client.get(
      `${at('v2')}?watch=1&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    const events = stream.text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    assert.ok(events.every(({ object }) => object.apiVersion === 'example.com/v2'));
    assert.equal(events.filter(({ type }) => type === 'ADDED').length, 2);
    assert.ok(events.some(({ object }) => object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true'));
  });

  test('field selectors see the version that is asked', async () => {
    const names = async (version: string, selector: string) =>
      (await client.get(`${at(version)}?fieldSelector=${selector}`)).json.items.map(
        ({ metadata }: AnyObject) => metadata.name,
      );
    assert.deepEqual(await names('v2', 'spec.host=b.example'), ['b']);
    assert.deepEqual(await names('v1', 'spec.hostPort=b.example:2'), ['b']);
    assert.equal((await client.get(`${at('v1')}?fieldSelector=spec.host=b`)).status, 400);
  });

  test('a watch sends events in its version, those that its selector sees there', async () => {
    const { resourceVersion } = (await client.get(at('v2'))).json.metadata;
    const watch = (version: string, query: string) =>
      client.get(`${at(version)}?watch=1&timeoutSeconds=1&resourceVersion=${resourceVersion}${query}`);
    const all = watch('v2', '');
    const chosen = watch('v2', '&fieldSelector=spec.host%3Db.example');
    await client.patch(at('v1', '/b'), { spec: { hostPort: 'b.example:3' } });
    await client.patch(at('v1', '/b'), { spec: { hostPort: 'elsewhere:3' } });
    const events = async (answer: ReturnType<typeof watch>) =>
      (await answer).text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
        .map(({ type, object }) => `${type} ${object.apiVersion} ${object.spec?.host}:${object.spec?.port}`);
    assert.deepEqual(await events(all), ['MODIFIED example.com/v2 b.example:3', 'MODIFIED example.com/v2 elsewhere:3']);
    assert.deepEqual(await events(chosen), [
      'MODIFIED example.com/v2 b.example:3',
      'DELETED example.com/v2 elsewhere:3',
    ]);
  });

  test('the storage version changes: old objects are converted when read, and written when touched', async () => {
    await define([v1({ storage: false }), v2({ storage: true })]);
    const { storedVersions } = (await client.get(`${definitions}/links.example.com`)).json.status;
    assert.deepEqual(storedVersions, ['v1', 'v2']);
    await client.post(at('v2'), link('v2', 'd', { host: 'd' }));
    hook.seen.length = 0;
    const { items } = (await client.get(at('v2'))).json;
    assert.deepEqual(
      items.map((item: AnyObject) => [item.apiVersion, item.metadata.name, item.spec.host]),
      [
        ['example.com/v2', 'a', 'a.example'],
        ['example.com/v2', 'b', 'elsewhere'],
        ['example.com/v2', 'd', 'd'],
      ],
    );
    assert.deepEqual(
      hook.seen.map(({ objects }) => objects.map(({ apiVersion, metadata }) => `${apiVersion} ${metadata.name}`)),
      [['example.com/v1 a', 'example.com/v1 b']],
    );
    const before = items[0].metadata.resourceVersion;
    const touched = await client.put(at('v2', '/a'), items[0]);
    assert.notEqual(touched.json.metadata.resourceVersion, before, 'writing it as it is migrates it');
    hook.seen.length = 0;
    await client.get(at('v2', '/a'));
    assert.equal(hook.seen.length, 0);
    assert.equal((await client.get(at('v1', '/a'))).json.spec.hostPort, 'a.example:80');
  });

  test('a webhook that does it wrong is told of in the words of upstream', async () => {
    const prefix = 'conversion webhook for example.com/v1, Kind=Link ';
    const path = at('v2', '/b');
    const refusal = async () => {
      const answer = await client.get(path);
      assert.equal(answer.status, 500, answer.text);
      assert.ok(answer.json.message.startsWith(prefix), answer.json.message);
      return answer.json.message.slice(prefix.length);
    };
    // What was converted before is forgotten with the definition's next generation.
    await define([v1({ storage: false }), v2({ storage: true, deprecated: true })]);
    const answers = (change: (object: AnyObject) => unknown) => (request: ConversionRequest) => {
      const body = converted(hook, { apiVersion: 'apiextensions.k8s.io/v1', request });
      for (const object of body.response.convertedObjects) change(object);
      return { body };
    };
    hook.answer = answers(({ metadata }) => Object.assign(metadata, { name: 'x' }));
    assert.equal(await refusal(), 'returned invalid object: must have the same name: b != x');
    hook.answer = () => ({ status: 500, body: 'broken' });
    assert.match(
      await refusal(),
      /^failed: an error on the server \("broken"\) has prevented the request from succeeding/,
    );
    const watch = await client.get(`${at('v2')}?watch=1&timeoutSeconds=1`);
    assert.match(watch.text, /conversion webhook for example\.com\/v1, Kind=Link failed/);
    hook.answer = answers(({ metadata }) => {
      metadata.labels = { by: 'webhook' };
      metadata.generation = 77;
      metadata.finalizers = ['no/way'];
    });
    const { metadata } = (await client.get(path)).json;
    assert.deepEqual(
      [metadata.labels, metadata.generation === 77, metadata.finalizers],
      [{ by: 'webhook' }, false, undefined],
    );
  });

  test('a definition that goes takes objects of every stored version with it', async () => {
    assert.equal((await client.delete(`${definitions}/links.example.com`)).status, 200);
    let left = 100;
    while ((await client.get(`${definitions}/links.example.com`)).status !== 404 && left-- > 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(left > 0);
  });
});
