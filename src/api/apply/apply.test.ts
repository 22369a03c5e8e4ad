import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deepFreeze } from '../patch/freeze.test-helper.ts';
import type { Json } from '../patch/record.ts';
import type { ManagedFieldsEntry } from '../schema/generated/types/meta-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { type ApplyRequest, applyPatch } from './apply-patch.ts';
import { compareObjects } from './compare.ts';
import { intersectSets, isEmpty, pathsOf } from './field-set.ts';
import { managedFieldsOf } from './managers.ts';
import { trackUpdate } from './track-update.ts';

const schema = schemaOf('io.k8s.api.apps.v1.Deployment');
const time = (seconds: number) => Date.UTC(2026, 0, 1, 0, 0, seconds);

function deployment(spec: Json, metadata: Json = {}): Json {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'd', ...metadata }, spec };
}

function apply(live: Json | undefined, applied: Json, manager: string, options: Partial<ApplyRequest> = {}) {
  const request = { schema, live, applied, manager, apiVersion: 'apps/v1', now: time(1), ...options };
  deepFreeze([live, applied]);
  return applyPatch(request);
}

function update(live: Json | undefined, updated: Json, manager: string, now = time(2), subresource = ''): Json {
  const request = { schema, live, updated, manager, apiVersion: 'apps/v1', subresource, now };
  deepFreeze([live, updated]);
  const managedFields = trackUpdate(request);
  const { managedFields: _, ...metadata } = updated['metadata'] as Record<string, unknown>;
  return { ...updated, metadata: { ...metadata, ...(managedFields && { managedFields }) } };
}

function entry(object: Json, manager: string, operation = 'Apply'): ManagedFieldsEntry | undefined {
  return managedFieldsOf(object)?.find((one) => one.manager === manager && one.operation === operation);
}

const container = (name: string, rest: Json = {}) => ({ name, image: `${name}:1`, ...rest });
const template = (...containers: Json[]) => ({ metadata: { labels: { app: 'web' } }, spec: { containers } });

test('an apply owns what it names, in the form of upstream', () => {
  const { object, changed } = apply(
    undefined,
    deployment(
      {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: template(container('c', { ports: [{ containerPort: 80 }] })),
      },
      { labels: { a: 'b' } },
    ),
    'me',
  );
  assert.equal(changed, true);
  assert.deepEqual(managedFieldsOf(object), [
    {
      manager: 'me',
      operation: 'Apply',
      apiVersion: 'apps/v1',
      time: '2026-01-01T00:00:01Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { 'f:a': {} } },
        'f:spec': {
          'f:replicas': {},
          'f:selector': {},
          'f:template': {
            'f:metadata': { 'f:labels': { 'f:app': {} } },
            'f:spec': {
              'f:containers': {
                'k:{"name":"c"}': {
                  '.': {},
                  'f:name': {},
                  'f:image': {},
                  'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
                },
              },
            },
          },
        },
      },
    },
  ]);
});

test('an update owns what it sets, maps and lists that it made included', () => {
  const created = update(
    undefined,
    deployment(
      {
        replicas: 1,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
        template: template(container('c')),
      },
      { labels: { a: 'b' } },
    ),
    'kubectl-create',
  );
  assert.deepEqual(entry(created, 'kubectl-create', 'Update')?.fieldsV1, {
    'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
    'f:spec': {
      'f:replicas': {},
      'f:strategy': { 'f:type': {}, 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {} } },
      'f:template': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:name': {}, 'f:image': {} } } },
      },
    },
  });
});

test('another value is a conflict that names the field and its owner', () => {
  const live = update(undefined, deployment({ replicas: 1, paused: true }), 'kubectl-client-side-apply');
  assert.throws(() => apply(live, deployment({ replicas: 3 }), 'me'), {
    reason: 'Conflict',
    httpCode: 409,
    message: 'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
    details: {
      causes: [
        {
          reason: 'FieldManagerConflict',
          message: 'conflict with "kubectl-client-side-apply" using apps/v1',
          field: '.spec.replicas',
        },
      ],
    },
  });
  assert.throws(() => apply(live, deployment({ replicas: 3, paused: false }), 'me'), {
    message:
      'Apply failed with 2 conflicts: conflicts with "kubectl-client-side-apply" using apps/v1:\n- .spec.paused\n- .spec.replicas',
  });
  const { object } = apply(live, deployment({ replicas: 3 }), 'me', { force: true });
  assert.equal((object['spec'] as Json)['replicas'], 3);
  assert.deepEqual(entry(object, 'kubectl-client-side-apply', 'Update')?.fieldsV1, { 'f:spec': { 'f:paused': {} } });
  assert.deepEqual(entry(object, 'me')?.fieldsV1, { 'f:spec': { 'f:replicas': {} } });
});

test('the same value is shared, and goes when the last applier drops it', () => {
  let live = apply(undefined, deployment({ replicas: 3, paused: true }), 'one').object;
  live = apply(live, deployment({ replicas: 3 }), 'two').object;
  live = apply(live, deployment({ paused: true }), 'one').object;
  assert.equal((live['spec'] as Json)['replicas'], 3);
  live = apply(live, deployment({ minReadySeconds: 1 }), 'two').object;
  assert.deepEqual(live['spec'], { paused: true, minReadySeconds: 1 });
});

test('items of a list that the applier drops go, those of others stay', () => {
  let live = apply(undefined, deployment({ template: template(container('a'), container('b')) }), 'me').object;
  live = apply(live, deployment({ template: { spec: { containers: [container('side')] } } }), 'injector').object;
  live = apply(live, deployment({ template: template(container('b', { image: 'b:2' })) }), 'me').object;
  assert.deepEqual((live['spec'] as { template: { spec: Json } }).template.spec['containers'], [
    { name: 'b', image: 'b:2' },
    { name: 'side', image: 'side:1' },
  ]);
});

test('unowned fields of a dropped item go with it, other unowned fields stay', () => {
  let live = apply(
    undefined,
    deployment({ replicas: 1, template: template(container('a'), container('b')) }),
    'me',
  ).object;
  const spec = structuredClone(live['spec']) as {
    paused?: boolean;
    template: { spec: { containers: Record<string, unknown>[] } };
  };
  spec.paused = false;
  for (const one of spec.template.spec.containers) one['imagePullPolicy'] = 'Always';
  live = { ...live, spec };
  live = apply(live, deployment({ replicas: 1, template: template(container('b')) }), 'me').object;
  assert.deepEqual(live['spec'], {
    replicas: 1,
    paused: false,
    template: template(container('b', { imagePullPolicy: 'Always' })),
  });
});

test('the last field of metadata may be dropped', () => {
  let live = apply(undefined, deployment({ replicas: 1 }, { labels: { a: 'b' } }), 'me').object;
  live = apply(live, deployment({ replicas: 1 }), 'me').object;
  assert.deepEqual(Object.keys(live['metadata'] as Json), ['name', 'namespace', 'managedFields']);
});

test('the order of an applied list holds', () => {
  const names = (object: Json) =>
    (object as { spec: { template: { spec: { containers: { name: string }[] } } } }).spec.template.spec.containers
      .map(({ name }) => name)
      .join('');
  const live = update(
    undefined,
    deployment({ template: template(...[...'xaby'].map((name) => container(name))) }),
    'other',
  );
  const applied = deployment({ template: template(...[...'bca'].map((name) => container(name))) });
  assert.equal(names(apply(live, applied, 'me').object), 'xbcay');
});

test('an update takes fields over, and what it removes is nobody’s', () => {
  let live = apply(undefined, deployment({ replicas: 1, paused: true }), 'me').object;
  live = update(live, { ...live, spec: { replicas: 5 } }, 'scaler');
  assert.equal(entry(live, 'me'), undefined);
  assert.deepEqual(entry(live, 'scaler', 'Update')?.fieldsV1, { 'f:spec': { 'f:replicas': {} } });
});

test('writes that change nothing leave managedFields and object as they are', () => {
  const created = apply(undefined, deployment({ replicas: 1, template: template(container('a')) }), 'me').object;
  const again = apply(created, deployment({ replicas: 1, template: template(container('a')) }), 'me', { now: time(9) });
  assert.equal(again.changed, false);
  assert.equal(again.object, created);
  const request = {
    schema,
    live: created,
    updated: structuredClone(created),
    manager: 'x',
    apiVersion: 'apps/v1',
    now: 0,
  };
  const tracked = trackUpdate({ ...request, updated: { ...request.updated } });
  assert.equal(tracked, managedFieldsOf(created));
  assert.equal(trackUpdate({ ...request, updated: { ...created } }), managedFieldsOf(created));
});

test('a status write is an entry of its own', () => {
  const live = update(undefined, deployment({ replicas: 1 }), 'me', time(1));
  const written = update(live, { ...live, status: { replicas: 1 } }, 'controller', time(2), 'status');
  const status = entry(written, 'controller', 'Update');
  assert.equal(status?.subresource, 'status');
  assert.deepEqual(status?.fieldsV1, { 'f:status': { 'f:replicas': {} } });
  assert.throws(() => apply(written, { ...deployment({}), status: { replicas: 2 } }, 'other'), {
    message:
      'Apply failed with 1 conflict: conflict with "controller" with subresource "status" using apps/v1: .status.replicas',
  });
  const kept = apply(written, { ...deployment({ paused: true }), status: { replicas: 2 } }, 'other', {
    resetFields: { 'f:status': {} },
  });
  assert.deepEqual(entry(kept.object, 'other')?.fieldsV1, { 'f:spec': { 'f:paused': {} } });
});

test('managedFields can be reset, and objects without stay without until they are applied', () => {
  const live = update(undefined, deployment({ replicas: 1 }), 'me');
  const reset = update(live, { ...live, metadata: { ...(live['metadata'] as Json), managedFields: [{}] } }, 'me');
  assert.equal(managedFieldsOf(reset), undefined);
  assert.equal(managedFieldsOf(update(reset, deployment({ replicas: 2 }), 'me')), undefined);
  const applied = apply(reset, deployment({ paused: true }), 'me').object;
  assert.deepEqual(entry(applied, 'before-first-apply', 'Update')?.fieldsV1, { 'f:spec': { 'f:replicas': {} } });
  const without = update(live, deployment({ replicas: 1 }), 'me');
  assert.deepEqual(managedFieldsOf(without), managedFieldsOf(live));
});

test('updaters beyond ten are put together', () => {
  let live = update(undefined, deployment({ replicas: 0 }), 'm0', time(0));
  for (let at = 1; at < 15; at++) {
    const labels = { ...((live['metadata'] as { labels?: Json }).labels ?? {}), [`l${at}`]: 'x' };
    live = update(live, { ...live, metadata: { ...(live['metadata'] as Json), labels } }, `m${at}`, time(at));
  }
  assert.equal(managedFieldsOf(live)?.length, 10);
  const ancient = entry(live, 'ancient-changes', 'Update');
  assert.equal(ancient?.time, '2026-01-01T00:00:05Z');
  assert.deepEqual(pathsOf(ancient?.fieldsV1 as never).sort(), [
    '.metadata.labels',
    '.metadata.labels.l1',
    '.metadata.labels.l2',
    '.metadata.labels.l3',
    '.metadata.labels.l4',
    '.metadata.labels.l5',
    '.spec.replicas',
  ]);
});

test('kubectl takes over from client-side apply what that one set', () => {
  const text = JSON.stringify(deployment({ replicas: 1 }, { annotations: {} }));
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': text };
  const live = update(undefined, deployment({ replicas: 1 }, { annotations }), 'kubectl-client-side-apply');
  const { object } = apply(live, deployment({ replicas: 2 }), 'kubectl');
  assert.equal((object['spec'] as Json)['replicas'], 2);
  const written = (object as { metadata: { annotations: Record<string, string> } }).metadata.annotations;
  assert.deepEqual(
    JSON.parse(written['kubectl.kubernetes.io/last-applied-configuration'] ?? ''),
    deployment({ replicas: 2 }),
  );
  const scaled = update(live, { ...live, spec: { replicas: 7 } }, 'scaler');
  assert.throws(() => apply(scaled, deployment({ replicas: 2 }), 'kubectl'), { reason: 'Conflict' });
});

test('what cannot be applied is refused', () => {
  const refused: readonly [Json, string][] = [
    [
      { ...deployment({}), apiVersion: 'v1' },
      'Incorrect version specified in apply patch. Specified patch version: v1, expected: apps/v1',
    ],
    [deployment({}, { managedFields: [] }), 'metadata.managedFields must be nil'],
    [
      deployment({ template: template(container('a'), container('a')) }),
      'failed to create typed patch object (d/web; apps/v1, Kind=Deployment): .spec.template.spec.containers: duplicate entries for key [name="a"]',
    ],
  ];
  for (const [applied, message] of refused)
    assert.throws(() => apply(undefined, applied, 'me'), { reason: 'BadRequest', message });
});

test('a long list in which every item changes is compared in time proportional to its length', () => {
  const length = 2000;
  let reads = 0;
  const containers = (image: string) =>
    Array.from({ length }, (_, at) => ({
      image,
      get name() {
        reads++;
        return `c${at}`;
      },
    }));
  const of = (image: string) => ({ spec: { template: { spec: { containers: containers(image) } } } });
  const { modified } = compareObjects(schema, of('a'), of('b'));
  assert.equal(pathsOf(modified).length, length);
  assert.ok(reads < 20 * length, `${reads} reads`);
});

test('live lists that hold a key twice survive', () => {
  const env = [
    { name: 'A', value: '1' },
    { name: 'A', value: '2' },
    { name: 'B', value: '1' },
  ];
  const live = update(undefined, deployment({ template: template(container('a', { env })) }), 'other');
  const { object } = apply(live, deployment({ replicas: 1 }), 'me');
  assert.deepEqual(
    (object['spec'] as { template: unknown }).template,
    (live['spec'] as { template: unknown }).template,
  );
});

const value = fc.constantFrom('1', '2');
const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { maxKeys: 3, noNullPrototype: true });
const containers = fc
  .uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 })
  .chain((names) => fc.tuple(...names.map((name) => fc.record({ name: fc.constant(name), image: value }))));
const configuration = fc
  .record({ replicas: fc.constantFrom(1, 2), labels, containers }, { requiredKeys: [] })
  .map(({ replicas, labels: some, containers: list }) =>
    deployment(
      { ...(replicas && { replicas }), ...(list?.length && { template: { spec: { containers: list } } }) },
      some && Object.keys(some).length > 0 ? { labels: some } : {},
    ),
  );
const step = fc.record({ manager: fc.constantFrom('p', 'q', 'r'), configuration, force: fc.boolean() });

test('any sequence of applies: what is named is there, owners of different wishes share nothing, twice is once', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
      let live: Json | undefined;
      const wishes = new Map<string, Json>();
      for (const { manager, configuration: applied, force } of steps) {
        let result: Json;
        try {
          result = apply(live, applied, manager, { force }).object;
        } catch (error) {
          assert.equal((error as { reason?: string }).reason, 'Conflict');
          assert.equal(force, false);
          continue;
        }
        live = result;
        wishes.set(manager, applied);
        const again = apply(live, applied, manager, { now: time(30) });
        assert.equal(again.changed, false);
        assert.equal(again.object, live);
        assertContains(live, applied);
        for (const [other, wish] of wishes) {
          if (other === manager || JSON.stringify(wish) === JSON.stringify(applied)) continue;
          const common = intersectSets(
            (entry(live, other)?.fieldsV1 ?? {}) as never,
            (entry(live, manager)?.fieldsV1 ?? {}) as never,
          );
          if (!isEmpty(common))
            for (const path of pathsOf(common)) assert.deepEqual(read(wish, path), read(applied, path), path);
        }
      }
    }),
    { numRuns: 300 },
  );
});

function assertContains(object: unknown, wish: unknown): void {
  if (Array.isArray(wish)) {
    for (const item of wish as { name: string }[])
      assertContains(
        (object as { name: string }[]).find(({ name }) => name === item.name),
        item,
      );
  } else if (typeof wish === 'object' && wish !== null)
    for (const [key, child] of Object.entries(wish)) assertContains((object as Json)[key], child);
  else assert.equal(object, wish);
}

/** A scalar at a path; undefined for whatever has fields of its own. */
function read(object: Json, path: string): unknown {
  let at: unknown = object;
  for (const [, field, name] of path.matchAll(/\.([a-z]+)|\[name="([a-z])"\]/gi))
    at = field
      ? (at as Json | undefined)?.[field]
      : (at as { name: string }[] | undefined)?.find((one) => one.name === name);
  return typeof at === 'object' ? undefined : at;
}

test('a deployment made by `kubectl create deployment` has the field set that upstream documents', () => {
  const defaulted = deployment(
    {
      progressDeadlineSeconds: 600,
      replicas: 1,
      revisionHistoryLimit: 10,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [{ name: 'nginx', image: 'nginx', imagePullPolicy: 'Always', resources: {} }],
          dnsPolicy: 'ClusterFirst',
          securityContext: {},
        },
      },
    },
    { labels: { app: 'web' } },
  );
  assert.deepEqual(entry(update(undefined, defaulted, 'kubectl-create'), 'kubectl-create', 'Update')?.fieldsV1, {
    'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
    'f:spec': {
      'f:progressDeadlineSeconds': {},
      'f:replicas': {},
      'f:revisionHistoryLimit': {},
      'f:selector': {},
      'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} }, 'f:type': {} },
      'f:template': {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:containers': {
            'k:{"name":"nginx"}': {
              '.': {},
              'f:image': {},
              'f:imagePullPolicy': {},
              'f:name': {},
              'f:resources': {},
            },
          },
          'f:dnsPolicy': {},
          'f:securityContext': {},
        },
      },
    },
  });
});

test('custom resources: unknown fields and fields without a schema are tracked one by one', () => {
  const custom = {
    type: 'object',
    properties: {
      metadata: { type: 'object' },
      spec: {
        type: 'object',
        preserveUnknownFields: true,
        properties: {
          hosts: { type: 'array', items: { type: 'string' }, listType: 'set' },
          plain: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  } as const;
  const make = (spec: Json): Json => ({ apiVersion: 'x.io/v1', kind: 'X', metadata: { name: 'x' }, spec });
  const options = { schema: custom, apiVersion: 'x.io/v1' };
  let live = apply(undefined, make({ hosts: ['a', 'b'], plain: ['p'], extra: { deep: 1 } }), 'me', options).object;
  assert.deepEqual(entry(live, 'me')?.fieldsV1, {
    'f:spec': { 'f:hosts': { 'v:"a"': {}, 'v:"b"': {} }, 'f:plain': {}, 'f:extra': { '.': {}, 'f:deep': {} } },
  });
  live = apply(live, make({ hosts: ['c'], extra: { other: 2 } }), 'you', options).object;
  live = apply(live, make({ hosts: ['b'] }), 'me', options).object;
  assert.deepEqual(live['spec'], { hosts: ['b', 'c'], extra: { other: 2 } });
});
