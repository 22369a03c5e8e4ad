import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { establish, objectOf, objectsOf, randomDefinition } from '../harness/crds.ts';
import { deployment, image } from '../harness/objects.ts';
import { startControlPlane } from '../harness/server.ts';

/** Upstream's tests of server-side apply; none is a conformance row. */
const { api, namespace } = await startControlPlane();

const applyTo = (path: string, body: Loose, manager: string, force = false): Promise<Loose> =>
  api.patch(`${path}?fieldManager=${manager}${force ? '&force=true' : ''}`, body, 'apply');
const conflict = { reason: 'Conflict' };
const typed = (object: Loose) => ({ apiVersion: 'apps/v1', kind: 'Deployment', ...object });

async function deploymentsIn(base: string): Promise<string> {
  return `/apis/apps/v1/namespaces/${await namespace(base)}/deployments`;
}

test('ServerSideApply should create an applied object if it does not already exist', async () => {
  const space = await namespace('apply');
  for (const [path, object] of [
    [
      `/api/v1/namespaces/${space}/pods`,
      { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'c', image }] } },
    ],
    [`/apis/apps/v1/namespaces/${space}/deployments`, typed(deployment('', 1))],
    [`/apis/node.k8s.io/v1/runtimeclasses`, { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', handler: 'x' }],
  ] as const) {
    const body = { ...object, metadata: { name: 'test' } };
    const answer = await api.raw('PATCH', `${path}/test?fieldManager=apply_test`, {
      body,
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
    assert.equal(answer.status, 201, answer.text);
    assert.equal((await api.get(`${path}/test`)).metadata.managedFields[0].operation, 'Apply');
    const { kind, metadata } = await applyTo(`${path}/test`, body, 'apply_test');
    assert.equal(metadata.managedFields.filter(({ manager }: Loose) => manager === 'apply_test').length, 1);
    // Nothing is written when the same is applied again; pods and deployments have controllers that write as well.
    if (kind === 'RuntimeClass') assert.equal(metadata.resourceVersion, answer.json.metadata.resourceVersion);
  }
});

test('ServerSideApply should work for subresources', async () => {
  const path = `/api/v1/namespaces/${await namespace('apply')}/pods/test-pod`;
  const head = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'test-pod' } };
  await applyTo(path, { ...head, spec: { containers: [{ name: 'test-container', image }] } }, 'apply_test');
  const message = 'This is a test';
  const conditions = [{ type: 'MyStatus', status: 'True', message }];
  const changed = await applyTo(`${path}/status`, { ...head, status: { conditions } }, 'apply_test2');
  assert.ok(changed.status.conditions.some((each: Loose) => each.type === 'MyStatus' && each.message === message));
  const entry = changed.metadata.managedFields.find(({ manager }: Loose) => manager === 'apply_test2');
  assert.equal(entry.subresource, 'status');
});

test('ServerSideApply should remove a field if it is owned but removed in the apply request', async () => {
  const path = `${await deploymentsIn('apply')}/deployment`;
  const whole = typed({ ...deployment('deployment', 1), metadata: { name: 'deployment', labels: { app: 'nginx' } } });
  await applyTo(path, whole, 'apply_test');
  await applyTo(path, { ...whole, metadata: { name: 'deployment' } }, 'apply_test');
  assert.equal((await api.get(path)).metadata.labels, undefined);
});

test('ServerSideApply should not remove a field if an owner unsets the field but other managers still have ownership of the field', async () => {
  const path = `${await deploymentsIn('apply')}/deployment`;
  const whole = typed(deployment('deployment', 3));
  await applyTo(path, whole, 'first');
  await applyTo(path, whole, 'second');
  const { replicas: _, ...spec } = whole.spec;
  assert.equal((await applyTo(path, { ...whole, spec }, 'first')).spec.replicas, 3);
  assert.equal((await applyTo(path, { ...whole, spec }, 'second')).spec.replicas, 1, 'the default');
});

test('ServerSideApply should ignore conflict errors if force apply is used', async () => {
  const path = `${await deploymentsIn('apply')}/deployment`;
  const whole = typed(deployment('deployment', 3));
  await applyTo(path, whole, 'apply_test');
  await api.patch(path, { spec: { replicas: 5 } }, 'strategic');
  await assert.rejects(applyTo(path, whole, 'apply_test'), {
    ...conflict,
    message: /conflict with .* using apps\/v1: \.spec\.replicas/,
  });
  assert.equal((await applyTo(path, whole, 'apply_test', true)).spec.replicas, 3);
});

test('ServerSideApply should work for CRDs', async () => {
  const ports = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
    items: {
      type: 'object',
      required: ['containerPort', 'protocol'],
      properties: {
        containerPort: { type: 'integer', format: 'int32' },
        name: { type: 'string' },
        protocol: { type: 'string' },
      },
    },
  };
  const cronSpec = { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$' };
  const schema = {
    type: 'object',
    properties: {
      spec: { type: 'object', properties: { cronSpec, replicas: { type: 'integer' }, ports } },
    },
  };
  const definition = randomDefinition('apply', { schema });
  await establish(api, definition);
  const path = `${objectsOf(definition)}/mytest`;
  const x = { name: 'x', containerPort: 80, protocol: 'TCP' };
  const body = (spec: Loose) => objectOf(definition, 'mytest', { spec });
  const first = await applyTo(path, body({ cronSpec: '* * * * */5', ports: [x] }), 'apply_test');
  assert.equal(first.spec.ports.length, 1);
  await assert.rejects(
    applyTo(path, body({ cronSpec: '* * * * */5', ports: [{ ...x, name: 'y' }] }), 'other'),
    conflict,
  );
  const y = { name: 'y', containerPort: 8080, protocol: 'TCP' };
  const both = await applyTo(path, body({ ports: [y] }), 'other');
  assert.deepEqual(both.spec.ports, [x, y]);
  await assert.rejects(applyTo(path, body({ cronSpec: 'no pattern' }), 'apply_test'), { reason: 'Invalid' });
  const again = await applyTo(path, body({ cronSpec: '* * * * */5' }), 'apply_test');
  assert.deepEqual(again.spec.ports, [y], 'what nobody applies any more is gone');
  await assert.rejects(applyTo(path, body({ ports: [x, x] }), 'apply_test'), {
    message: /duplicate entries for key \[containerPort=80,protocol="TCP"\]/,
  });
});

test('ServerSideApply should give up ownership of a field if forced applied by a controller', async () => {
  const path = `${await deploymentsIn('apply')}/deployment`;
  const whole = typed(deployment('deployment', 3));
  await applyTo(path, whole, 'user');
  // A controller takes over the replicas.
  const { selector, template } = whole.spec;
  await applyTo(path, { ...whole, spec: { selector, template, replicas: 7 } }, 'controller', true);
  const owners = (await api.get(path)).metadata.managedFields
    .filter(({ fieldsV1 }: Loose) => fieldsV1['f:spec']?.['f:replicas'])
    .map(({ manager }: Loose) => manager);
  assert.deepEqual(owners, ['controller']);
  assert.equal((await applyTo(path, { ...whole, spec: { selector, template } }, 'user')).spec.replicas, 7);
});
