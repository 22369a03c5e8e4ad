import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../harness/wait.ts';
import type { Loose } from '../harness/api.ts';
import { definitions, establish, randomDefinition } from '../harness/crds.ts';
import { startControlPlane } from '../harness/server.ts';

/** Upstream's tests of OpenAPI version 3; none is a conformance row. */
const { api } = await startControlPlane();

const index = async (): Promise<Readonly<Record<string, { serverRelativeURL: string }>>> =>
  (await api.get('/openapi/v3')).paths;

test('OpenAPIV3 should round trip OpenAPI V3 for all built-in group versions', async () => {
  const paths = await index();
  const { groups } = await api.get('/apis');
  const wanted = [
    'api/v1',
    ...groups.flatMap(({ versions }: Loose) => versions.map(({ groupVersion }: Loose) => `apis/${groupVersion}`)),
  ];
  assert.deepEqual(
    wanted.filter((name: string) => !paths[name]),
    [],
  );
  for (const name of wanted) {
    const { status, headers, json } = await api.raw('GET', paths[name]?.serverRelativeURL ?? '');
    assert.equal(status, 200, name);
    assert.equal(headers['cache-control'], 'public, immutable');
    assert.ok(Date.parse(`${headers.expires}`) > Date.now());
    assert.equal(json.openapi, '3.0.0');
    for (const reference of JSON.stringify(json).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      assert.ok(json.components.schemas[reference[1] ?? ''], `${reference[1]} in ${name}`);
  }
});

test('OpenAPIV3 should publish OpenAPI V3 for CustomResourceDefinition', async () => {
  const schema = { type: 'object', description: 'Foo', properties: { dummy: { type: 'string' } } };
  const definition = randomDefinition('openapi', { schema });
  const { group, names } = definition.spec;
  await establish(api, definition);
  const entry = await until('the group version', async () => (await index())[`apis/${group}/v1`]);
  const { components } = await api.get(entry.serverRelativeURL);
  const found: Loose = Object.values(components.schemas).find((each: Loose) =>
    each['x-kubernetes-group-version-kind']?.some(({ kind }: Loose) => kind === names.kind),
  );
  assert.equal(found.properties.dummy.type, 'string');
  // A change has another address, so that nobody keeps the old one.
  await api.patch(
    `${definitions}/${definition.metadata.name}`,
    [{ op: 'add', path: '/spec/versions/0/schema/openAPIV3Schema/properties/more', value: { type: 'integer' } }],
    'json',
  );
  await until(
    'another address',
    async () => (await index())[`apis/${group}/v1`]?.serverRelativeURL !== entry.serverRelativeURL,
  );
  const moved = await api.raw('GET', entry.serverRelativeURL);
  assert.equal(moved.status, 301);
  assert.equal(moved.headers.location, (await index())[`apis/${group}/v1`]?.serverRelativeURL);
  await api.delete(`${definitions}/${definition.metadata.name}`);
  await until('it to be gone', async () => !(await index())[`apis/${group}/v1`]);
});
