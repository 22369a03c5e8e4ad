import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startConversionServer } from '../../../src/apiserver/crds/conversion/conversion-server.test-helper.ts';
import { until } from '../../harness/wait.ts';
import type { Loose, Watch } from '../harness/api.ts';
import { definitions, establish, objectOf, objectsOf, randomDefinition } from '../harness/crds.ts';
import { startControlPlane } from '../harness/server.ts';

const { api, namespace } = await startControlPlane();
const hook = await startConversionServer();
after(() => hook.close());
// The name that the webhook's certificate has.
await api.create('/api/v1/namespaces/default/services', {
  metadata: { name: 'hook' },
  spec: { type: 'ExternalName', externalName: 'localhost' },
});

/** `hostPort` of version v1 is `host` and `port` of version v2. */
hook.convert = ({ hostPort, host, port, ...object }, desired) => {
  if (desired.endsWith('/v1')) return { ...object, hostPort: hostPort ?? `${host}:${port}` };
  const [ownHost, ownPort] = `${hostPort}`.split(':');
  return { ...object, host: host ?? ownHost, port: port ?? ownPort };
};

const strings = (names: readonly string[]) => ({
  openAPIV3Schema: {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  },
});

async function define(base: string, selectable = false): Promise<Loose> {
  const conversion = hook.conversion();
  const { caBundle } = conversion.webhook.clientConfig;
  const service = { namespace: 'default', name: 'hook', path: '/crdconvert', port: hook.port };
  conversion.webhook.clientConfig = { service, caBundle };
  const fields = (...paths: string[]) => selectable && { selectableFields: paths.map((jsonPath) => ({ jsonPath })) };
  const definition = randomDefinition(base, {
    versions: [
      { name: 'v1', schema: strings(['hostPort']), ...fields('.hostPort') },
      { name: 'v2', schema: strings(['host', 'port']), ...fields('.host', '.port') },
    ],
    spec: { conversion },
  });
  await establish(api, definition);
  return definition;
}

test('CustomResourceConversionWebhook [Privileged:ClusterAdmin] should be able to convert from CR v1 to CR v2', async () => {
  const definition = await define('convert');
  const space = await namespace('crd-webhook');
  const object = objectOf(definition, 'cr-instance-1', { hostPort: 'localhost:8080' });
  const created = await api.create(objectsOf(definition, space), object);
  assert.equal(created.hostPort, 'localhost:8080');
  const converted = await api.get(`${objectsOf(definition, space, 'v2')}/cr-instance-1`);
  assert.equal(converted.apiVersion, `${definition.spec.group}/v2`);
  const { host, port, hostPort } = converted;
  assert.deepEqual({ host, port, hostPort }, { host: 'localhost', port: '8080', hostPort: undefined });
});

test('CustomResourceConversionWebhook [Privileged:ClusterAdmin] should be able to convert a non homogeneous list of CRs', async () => {
  const definition = await define('mixed');
  const space = await namespace('crd-webhook');
  const [one, two] = [objectsOf(definition, space, 'v1'), objectsOf(definition, space, 'v2')];
  await api.create(one, objectOf(definition, 'cr-instance-1', { hostPort: 'localhost:8080' }));
  await api.patch(
    `${definitions}/${definition.metadata.name}`,
    [
      { op: 'replace', path: '/spec/versions/0/storage', value: false },
      { op: 'replace', path: '/spec/versions/1/storage', value: true },
    ],
    'json',
  );
  await until('objects to be stored in version v2', async () => {
    const { status } = await api.get(`${definitions}/${definition.metadata.name}`);
    return status.storedVersions.includes('v2');
  });
  await api.create(one, objectOf(definition, 'cr-instance-2', { hostPort: 'localhost:8080' }));
  const first = (await api.get(one)).items;
  assert.deepEqual(
    first.map(({ metadata, hostPort, host }: Loose) => [metadata.name, hostPort, host]),
    [
      ['cr-instance-1', 'localhost:8080', undefined],
      ['cr-instance-2', 'localhost:8080', undefined],
    ],
  );
  const second = (await api.get(two)).items;
  assert.deepEqual(
    second.map(({ metadata, hostPort, host, port }: Loose) => [metadata.name, host, port, hostPort]),
    [
      ['cr-instance-1', 'localhost', '8080', undefined],
      ['cr-instance-2', 'localhost', '8080', undefined],
    ],
  );
});

test('CustomResourceFieldSelectors [Privileged:ClusterAdmin] CustomResourceFieldSelectors MUST list and watch custom resources matching the field selector', async () => {
  const definition = await define('select', true);
  const space = await namespace('crd-selectable-fields');
  const [one, two] = [objectsOf(definition, space, 'v1'), objectsOf(definition, space, 'v2')];
  const selectors = [
    [one, 'hostPort=host1:80', ['cr1']],
    [two, 'host=host1', ['cr1', 'cr2']],
    [two, 'host=host1,port=80', ['cr1']],
  ] as const;
  const at = (path: string, selector: string) => `${path}?fieldSelector=${encodeURIComponent(selector)}`;
  const names = async (path: string, selector: string) =>
    (await api.get(at(path, selector))).items.map(({ metadata }: Loose) => metadata.name);

  // A watch that began before, and what an informer does: a list, and a watch from there on.
  const watches: Watch[] = [];
  const informers: Watch[] = [];
  for (const [path, selector] of selectors) watches.push(await api.watch(at(path, selector)));
  for (const [name, hostPort] of [
    ['cr1', 'host1:80'],
    ['cr2', 'host1:8080'],
    ['cr3', 'host2:80'],
  ] as const)
    await api.create(one, objectOf(definition, name, { hostPort }));
  for (const [index, [path, selector, expected]] of selectors.entries()) {
    assert.deepEqual(await names(path, selector), expected, selector);
    for (const name of expected) {
      const { type, object } = (await watches[index]?.next()) ?? {};
      assert.deepEqual([type, object.metadata.name], ['ADDED', name]);
      assert.equal(object.apiVersion, `${definition.spec.group}/${path === one ? 'v1' : 'v2'}`);
    }
    const { metadata } = await api.get(at(path, selector));
    informers.push(await api.watch(`${at(path, selector)}&resourceVersion=${metadata.resourceVersion}`));
  }

  // cr2 goes, cr1 leaves all selections, cr3 comes into the first and the third.
  await api.delete(at(two, 'host=host1,port=8080'));
  await api.patch(`${one}/cr1`, { hostPort: 'host3:8080' });
  await api.patch(`${two}/cr3`, { host: 'host1' });
  const expected = [
    ['DELETED cr1', 'ADDED cr3'],
    ['DELETED cr2', 'DELETED cr1', 'ADDED cr3'],
    ['DELETED cr1', 'ADDED cr3'],
  ];
  for (const all of [watches, informers])
    for (const [index, watch] of all.entries()) {
      const seen: string[] = [];
      for (const _ of expected[index] ?? []) {
        const { type, object } = await watch.next();
        seen.push(`${type} ${object.metadata.name}`);
      }
      assert.deepEqual(seen, expected[index]);
      assert.equal(await watch.poll(100), undefined);
      watch.stop();
    }
  for (const [path, selector] of selectors) assert.deepEqual(await names(path, selector), ['cr3'], selector);

  await assert.rejects(names(one, 'host=host1'), { reason: 'BadRequest', message: /field label not supported: host/ });
});
