import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const text = { type: 'string' };

function version(name: string, more: Record<string, unknown> = {}, spec: Record<string, unknown> = {}) {
  const openAPIV3Schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { a: text, ...spec } } },
  };
  return { name, served: true, storage: false, schema: { openAPIV3Schema }, ...more };
}

function definition(plural: string, kind: string, versions: readonly unknown[]) {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names: { plural, kind }, versions },
  };
}

describe('custom resources over HTTP', () => {
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

  /** Creates or replaces a definition, and waits until it is served. */
  async function define(plural: string, kind: string, versions: readonly unknown[]): Promise<void> {
    const wanted = definition(plural, kind, versions);
    const present = await client.get(`${definitions}/${wanted.metadata.name}`);
    const made =
      present.status === 404
        ? await client.post(definitions, wanted)
        : await client.patch(`${definitions}/${wanted.metadata.name}`, { spec: wanted.spec });
    assert.ok(made.status < 300, made.text);
    const { generation } = made.json.metadata;
    for (const until = Date.now() + 5_000; Date.now() < until; ) {
      const { metadata, status } = (await client.get(`${definitions}/${wanted.metadata.name}`)).json;
      const isEstablished = status?.conditions?.some(
        (condition: { type: string; status: string }) =>
          condition.type === 'Established' && condition.status === 'True',
      );
      // The loop that serves runs right after the write.
      if (isEstablished && metadata.generation === generation) return new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${plural} is not served`);
  }
  const at = (plural: string, v = 'v1', name = '') =>
    `/apis/example.com/${v}/namespaces/default/${plural}${name && `/${name}`}`;
  const object = (v: string, kind: string, name: string, spec: unknown) => ({
    apiVersion: `example.com/${v}`,
    kind,
    metadata: { name },
    spec,
  });

  test('each version shows and keeps its own fields', async () => {
    await define('pipes', 'Pipe', [
      version('v1', { storage: true }, { b: { type: 'string', default: 'from v1' } }),
      version('v1beta1', {}, { c: { type: 'integer', maximum: 5 } }),
    ]);
    assert.equal((await client.post(at('pipes'), object('v1', 'Pipe', 'one', { a: 'x' }))).status, 201);
    const old = (await client.get(at('pipes', 'v1beta1', 'one'))).json;
    assert.equal(old.apiVersion, 'example.com/v1beta1');
    assert.deepEqual(old.spec, { a: 'x' }, 'b is unknown to v1beta1');
    const refused = await client.patch(at('pipes', 'v1beta1', 'one'), { spec: { c: 9 } });
    assert.match(refused.json.message, /spec\.c: Invalid value: 9: spec\.c in body should be less than or equal to 5/);
    assert.equal((await client.patch(at('pipes', 'v1beta1', 'one'), { spec: { a: 'y' } })).json.spec.a, 'y');
    assert.deepEqual((await client.get(at('pipes', 'v1', 'one'))).json.spec, { a: 'y', b: 'from v1' });
    const { items } = (await client.get(at('pipes', 'v1beta1'))).json;
    assert.deepEqual(
      items.map(({ kind, apiVersion }: { kind: string; apiVersion: string }) => `${apiVersion} ${kind}`),
      ['example.com/v1beta1 Pipe'],
    );
  });

  test('what a schema adds or hides is shown, and not stored until the object is written', async () => {
    const collection = at('valves');
    const shown = async () => (await client.get(`${collection}/one`)).json.spec;
    const defineWith = (fields: Record<string, unknown>) =>
      define('valves', 'Valve', [version('v1', { storage: true }, fields)]);
    await defineWith({ b: text });
    await client.post(collection, object('v1', 'Valve', 'one', { a: 'x', b: 'y' }));
    await defineWith({ c: { type: 'string', default: 'shown' } });
    assert.deepEqual(await shown(), { a: 'x', c: 'shown' });
    await defineWith({ b: text, c: text });
    assert.deepEqual(await shown(), { a: 'x', b: 'y' });
  });

  test('the storage version changes; objects of the old one are served as the new one', async () => {
    await define('pipes', 'Pipe', [
      version('v1'),
      version('v2', { storage: true }, { d: { type: 'string', default: 'new' } }),
    ]);
    const { json } = await client.get(at('pipes', 'v2', 'one'));
    assert.equal(json.apiVersion, 'example.com/v2');
    assert.deepEqual(json.spec, { a: 'y' }, 'defaults are those of the version in which it was stored');
    assert.equal((await client.get(at('pipes', 'v1beta1', 'one'))).status, 404);
    assert.equal((await client.patch(at('pipes', 'v1', 'one'), { spec: { a: 'z' } })).json.spec.a, 'z');
    assert.deepEqual((await client.get(at('pipes', 'v2', 'one'))).json.spec, { a: 'z', d: 'new' });
    const stored = (await client.get(`${definitions}/pipes.example.com`)).json.status.storedVersions;
    assert.deepEqual(stored, ['v1', 'v2']);
    const gone = await client.patch(`${definitions}/pipes.example.com`, {
      spec: definition('pipes', 'Pipe', [version('v2', { storage: true })]).spec,
    });
    assert.match(gone.json.message, /status\.storedVersions\[0\]: Invalid value: "v1": missing from spec\.versions/);
    const status = `${definitions}/pipes.example.com/status`;
    const empty = await client.patch(status, { status: { storedVersions: [] } });
    assert.match(
      empty.json.message,
      /status\.storedVersions: Invalid value: \[\]: must have at least one stored version/,
    );
    const wrong = await client.patch(status, { status: { storedVersions: ['v1'] } });
    assert.match(
      wrong.json.message,
      /status\.storedVersions: Invalid value: \["v1"\]: must have the storage version v2/,
    );
    const migrated = await client.patch(status, { status: { storedVersions: ['v2'] } });
    assert.deepEqual(migrated.json.status.storedVersions, ['v2']);
    await client.patch(status, { status: { storedVersions: ['v1', 'v2'] } });
  });

  test('discovery and OpenAPI follow at once', async () => {
    const { versions, preferredVersion } = (await client.get('/apis/example.com')).json;
    assert.deepEqual(
      versions.map(({ version: one }: { version: string }) => one),
      ['v2', 'v1'],
    );
    assert.equal(preferredVersion.version, 'v2');
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const before = await client.get('/apis', { accept });
    const index = (await client.get('/openapi/v3')).json.paths['apis/example.com/v2'].serverRelativeURL;
    const document = (await client.get(index)).json;
    const schema = document.components.schemas['com.example.v2.Pipe'];
    assert.equal(schema.properties.spec.properties.d.default, 'new');
    assert.deepEqual(schema['x-kubernetes-group-version-kind'], [
      { group: 'example.com', kind: 'Pipe', version: 'v2' },
    ]);
    await define('taps', 'Tap', [version('v1', { storage: true })]);
    const now = await client.get('/apis', { accept, 'if-none-match': String(before.headers.etag) });
    assert.equal(now.status, 200);
    assert.ok(now.text.includes('"taps"'));
    await define('pipes', 'Pipe', [version('v1'), version('v2', { storage: true }, { e: text })]);
    assert.notEqual((await client.get('/openapi/v3')).json.paths['apis/example.com/v2'].serverRelativeURL, index);
    const v2 = (await client.get('/openapi/v2')).json;
    assert.ok(v2.definitions['com.example.v2.Pipe'].properties.spec.properties.e);
    const proto = await client.get('/openapi/v2', {
      accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    });
    assert.equal(proto.status, 200, proto.text.slice(0, 200));
  });

  test('server-side apply owns fields, and lists of maps are merged by key', async () => {
    const item = { type: 'object', required: ['name'], properties: { name: text, n: { type: 'integer' } } };
    const parts = {
      type: 'array',
      items: item,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    };
    const tags = { type: 'array', items: text, 'x-kubernetes-list-type': 'set' };
    await define('racks', 'Rack', [version('v1', { storage: true, subresources: { status: {} } }, { parts, tags })]);
    const apply = (manager: string, spec: unknown, more = '') =>
      client.patch(
        `${at('racks', 'v1', 'r')}?fieldManager=${manager}${more}`,
        object('v1', 'Rack', 'r', spec),
        'application/apply-patch+yaml',
      );
    assert.equal((await apply('ann', { a: 'x', parts: [{ name: 'p', n: 1 }], tags: ['s'] })).status, 201);
    const both = (await apply('bob', { parts: [{ name: 'q', n: 2 }], tags: ['t'] })).json;
    assert.deepEqual(both.spec.parts, [
      { name: 'p', n: 1 },
      { name: 'q', n: 2 },
    ]);
    assert.deepEqual(both.spec.tags, ['s', 't']);
    const conflict = await apply('bob', { a: 'y' });
    assert.equal(conflict.status, 409);
    assert.match(conflict.json.message, /conflict with "ann": \.spec\.a/);
    assert.equal((await apply('bob', { a: 'y' }, '&force=true')).json.spec.a, 'y');
    const wrong = await apply('ann', { parts: 'none' });
    assert.ok(wrong.status >= 400 && wrong.status < 500, wrong.text);
    const bad = await client.patch(
      at('racks', 'v1', 'r'),
      { spec: { a: 'b' } },
      'application/strategic-merge-patch+json',
    );
    assert.equal(bad.status, 415);
  });

  test('unknown fields are warned of or refused, and never stored', async () => {
    const body = object('v1', 'Tap', 't', { a: 'x', zzz: 1 });
    const strict = await client.post(`${at('taps')}?fieldValidation=Strict`, body);
    assert.match(strict.json.message, /strict decoding error: unknown field "spec\.zzz"/);
    const warned = await client.post(`${at('taps')}?fieldValidation=Warn`, body);
    assert.match(String(warned.headers.warning), /unknown field \\"spec\.zzz\\"/);
    assert.deepEqual(warned.json.spec, { a: 'x' });
    const wrong = await client.post(at('taps'), {
      ...object('v1', 'Tap', 'u', {}),
      metadata: { name: 'u', labels: { a: 1 } },
    });
    assert.equal(wrong.status, 400, 'metadata is of a built-in type');
  });

  test('an update must say what it changes, and generations count', async () => {
    const { json } = await client.get(at('taps', 'v1', 't'));
    const { resourceVersion: _, ...metadata } = json.metadata;
    const blind = await client.put(at('taps', 'v1', 't'), { ...json, metadata });
    assert.match(
      blind.json.message,
      /metadata\.resourceVersion: Invalid value: 0(x0)?: must be specified for an update/,
    );
    const changed = await client.put(at('taps', 'v1', 't'), { ...json, spec: { a: 'new' } });
    assert.equal(changed.json.metadata.generation, 2);
    const label = await client.patch(at('taps', 'v1', 't'), { metadata: { labels: { x: 'y' } } });
    assert.equal(label.json.metadata.generation, 2);
  });

  test('names that are taken wait until they are free; a protected group needs its approval', async () => {
    const create = async (plural: string, kind: string, changes: Record<string, unknown> = {}) => {
      const made = definition(plural, kind, [version('v1', { storage: true })]);
      const group = (changes['group'] as string) ?? 'example.com';
      return client.post(definitions, {
        ...made,
        metadata: { name: `${plural}.${group}`, ...(changes['metadata'] as object) },
        spec: { ...made.spec, group, names: { ...made.spec.names, ...(changes['names'] as object) } },
      });
    };
    const conditions = async (name: string, until: (all: Record<string, string>) => boolean) => {
      let all: Record<string, string> = {};
      for (let left = 200; left > 0; left--) {
        const { status } = (await client.get(`${definitions}/${name}`)).json;
        all = Object.fromEntries(
          (status?.conditions ?? []).map((one: { type: string; status: string; reason: string; message: string }) => [
            one.type,
            `${one.status} ${one.reason}: ${one.message}`,
          ]),
        );
        if (until(all)) return all;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.fail(JSON.stringify(all));
    };
    await create('hats', 'Hat', { names: { shortNames: ['h'] } });
    await conditions('hats.example.com', (all) => all['Established']?.startsWith('True') === true);
    await create('hoods', 'Hood', { names: { shortNames: ['h'] } });
    assert.deepEqual(await conditions('hoods.example.com', (all) => Object.keys(all).length === 2), {
      NamesAccepted: 'False ShortNamesConflict: "h" is already in use',
      Established: 'False NotAccepted: not all names are accepted',
    });
    assert.equal((await client.get(at('hoods'))).status, 404);
    await client.delete(`${definitions}/hats.example.com`);
    assert.deepEqual(await conditions('hoods.example.com', (all) => all['Established']?.startsWith('True') === true), {
      NamesAccepted: 'True NoConflicts: no conflicts found',
      Established: 'True InitialNamesAccepted: the initial names have been accepted',
    });
    const refused = await create('caps', 'Cap', { group: 'caps.k8s.io' });
    assert.match(
      refused.json.message,
      /metadata\.annotations\[api-approved\.kubernetes\.io\]: Required value: protected groups must have approval annotation/,
    );
    const annotations = { 'api-approved.kubernetes.io': 'unapproved, for this test' };
    const made = await create('caps', 'Cap', { group: 'caps.k8s.io', metadata: { annotations } });
    assert.equal(made.status, 201, made.text);
    const all = await conditions('caps.caps.k8s.io', (some) => some['Established'] !== undefined);
    assert.equal(
      all['KubernetesAPIApprovalPolicyConformant'],
      'False UnapprovedAnnotation: not approved: "unapproved, for this test"',
    );
  });

  test('watches end when the definition says something else, as what they show is no longer right', async () => {
    await define('tapes', 'Tape', [version('v1', { storage: true })]);
    const watch = client.get(`${at('tapes')}?watch=1&timeoutSeconds=20`);
    await client.post(at('tapes'), object('v1', 'Tape', 'one', { a: 'x' }));
    await define('tapes', 'Tape', [version('v1', { storage: true }, { b: { type: 'string', default: 'new' } })]);
    const events = (await watch).text.split('\n').filter(Boolean);
    assert.deepEqual(
      events.map((line) => JSON.parse(line).type),
      ['ADDED'],
    );
  });

  test('watches see custom objects, and end with their kind', async () => {
    const { resourceVersion } = (await client.get(at('taps'))).json.metadata;
    const watching = client.get(`${at('taps')}?watch=1&resourceVersion=${resourceVersion}`);
    await client.post(at('taps'), object('v1', 'Tap', 'seen', { a: '1' }));
    await client.delete(`${definitions}/taps.example.com`);
    const events = (await watching).text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const names = events.map(({ type, object: seen }) => `${type} ${seen.metadata.name ?? ''}`);
    assert.equal(names[0], 'ADDED seen');
    assert.ok(names.includes('DELETED seen') && names.includes('DELETED t'), names.join());
  });

  test('while a definition goes nothing is created, and finalizers hold it up', async () => {
    const held = { ...object('v1', 'Rack', 'held', {}), metadata: { name: 'held', finalizers: ['example.com/wait'] } };
    assert.equal((await client.post(at('racks'), held)).status, 201);
    await client.delete(`${definitions}/racks.example.com`);
    let answer = await client.post(at('racks'), object('v1', 'Rack', 'late', {}));
    for (const until = Date.now() + 2_000; Date.now() < until && answer.status === 201; )
      answer = await client.post(at('racks'), object('v1', 'Rack', `late-${Date.now()}`, {}));
    assert.equal(answer.status, 405);
    assert.match(answer.json.message, /custom resource definition is terminating/);
    const { conditions } = (await client.get(`${definitions}/racks.example.com`)).json.status;
    assert.ok(
      conditions.some(
        ({ type, status }: { type: string; status: string }) => type === 'Terminating' && status === 'True',
      ),
    );
    await client.patch(at('racks', 'v1', 'held'), { metadata: { finalizers: null } });
    let status = 200;
    for (const until = Date.now() + 5_000; Date.now() < until && status !== 404; )
      status = (await client.get(`${definitions}/racks.example.com`)).status;
    assert.equal(status, 404);
  });
});
