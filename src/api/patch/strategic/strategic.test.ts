import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schemaOf } from '../../schema/lookup.ts';
import type { Schema } from '../../schema/schema.ts';
import { deepFreeze } from '../freeze.test-helper.ts';
import type { Json } from '../record.ts';
import { strategicMergePatch } from './strategic.ts';

const text: Schema = { type: 'string' };
const port: Schema = { type: 'object', properties: { containerPort: { type: 'integer' }, name: text } };
const container: Schema = {
  type: 'object',
  properties: {
    name: text,
    image: text,
    args: { type: 'array', items: text },
    ports: { type: 'array', items: port, patchStrategy: ['merge'], patchMergeKey: 'containerPort' },
  },
};
const schema: Schema = {
  type: 'object',
  properties: {
    labels: { type: 'object', additionalProperties: text },
    finalizers: { type: 'array', items: text, patchStrategy: ['merge'] },
    containers: { type: 'array', items: container, patchStrategy: ['merge'], patchMergeKey: 'name' },
    volumes: {
      type: 'array',
      items: { type: 'object', properties: { name: text } },
      patchStrategy: ['merge', 'retainKeys'],
      patchMergeKey: 'name',
    },
    strategy: {
      type: 'object',
      patchStrategy: ['retainKeys'],
      properties: { type: text, rollingUpdate: { type: 'object' } },
    },
    whole: { type: 'object', patchStrategy: ['replace'] },
  },
};

const cases: readonly { name: string; current: Json; patch: Json; expected: Json }[] = [
  {
    name: 'list items merge by key, the patch comes first in order',
    current: {
      containers: [
        { name: 'a', image: '1' },
        { name: 'b', image: '1' },
      ],
    },
    patch: { containers: [{ name: 'b', image: '2' }] },
    expected: {
      containers: [
        { name: 'a', image: '1' },
        { name: 'b', image: '2' },
      ],
    },
  },
  {
    name: 'new items stand before those only the server has',
    current: { containers: [{ name: 'a' }] },
    patch: { containers: [{ name: 'n', image: null }] },
    expected: { containers: [{ name: 'n' }, { name: 'a' }] },
  },
  {
    name: '$patch: delete removes an item',
    current: { containers: [{ name: 'a' }, { name: 'b' }] },
    patch: { containers: [{ name: 'a', $patch: 'delete' }] },
    expected: { containers: [{ name: 'b' }] },
  },
  {
    name: '$patch: replace replaces a list',
    current: { containers: [{ name: 'a' }, { name: 'b' }] },
    patch: { containers: [{ name: 'c' }, { $patch: 'replace' }] },
    expected: { containers: [{ name: 'c' }] },
  },
  {
    name: '$patch: replace replaces a map',
    current: { labels: { a: '1', b: '2' } },
    patch: { labels: { c: '3', $patch: 'replace' } },
    expected: { labels: { c: '3' } },
  },
  {
    name: '$patch: delete empties a map',
    current: { labels: { a: '1' } },
    patch: { labels: { $patch: 'delete' } },
    expected: { labels: {} },
  },
  {
    name: '$setElementOrder orders',
    current: { containers: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
    patch: {
      '$setElementOrder/containers': [{ name: 'c' }, { name: 'd' }, { name: 'a' }],
      containers: [{ name: 'd', image: 'x' }],
    },
    expected: { containers: [{ name: 'b' }, { name: 'c' }, { name: 'd', image: 'x' }, { name: 'a' }] },
  },
  {
    name: '$setElementOrder without a list only orders',
    current: { finalizers: ['a', 'b'] },
    patch: { '$setElementOrder/finalizers': ['b', 'a'] },
    expected: { finalizers: ['b', 'a'] },
  },
  {
    name: '$deleteFromPrimitiveList deletes, the list adds',
    current: { finalizers: ['a', 'b'] },
    patch: { '$deleteFromPrimitiveList/finalizers': ['a'], finalizers: ['c', 'b'] },
    expected: { finalizers: ['c', 'b'] },
  },
  {
    name: '$retainKeys drops the other keys',
    current: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    patch: { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    expected: { strategy: { type: 'Recreate' } },
  },
  {
    name: 'lists without a strategy and maps with replace are replaced',
    current: { containers: [{ name: 'a', args: ['1', '2'] }], whole: { a: 1 } },
    patch: { containers: [{ name: 'a', args: ['3'] }], whole: { b: 2 } },
    expected: { containers: [{ name: 'a', args: ['3'] }], whole: { b: 2 } },
  },
  {
    name: 'null deletes, new maps come without nulls and directives',
    current: { labels: { a: '1' } },
    patch: { labels: null, strategy: { type: 'x', rollingUpdate: null, $retainKeys: ['type'] } },
    expected: { strategy: { type: 'x' } },
  },
  {
    name: 'nested lists merge by their own key',
    current: { containers: [{ name: 'a', ports: [{ containerPort: 80 }, { containerPort: 81 }] }] },
    patch: { containers: [{ name: 'a', ports: [{ containerPort: 81, name: 'x' }] }] },
    expected: { containers: [{ name: 'a', ports: [{ containerPort: 80 }, { containerPort: 81, name: 'x' }] }] },
  },
];

for (const { name, current, patch, expected } of cases)
  test(`strategic merge patch: ${name}`, () => {
    assert.deepEqual(strategicMergePatch(schema, deepFreeze(current), deepFreeze(patch)), expected);
  });

test('strategic merge patch: faults are named as upstream names them', () => {
  const current = { containers: [{ name: 'a' }], labels: { a: '1' }, strategy: { type: 'x' } };
  const faults: readonly [Json, string][] = [
    [{ containers: [{ image: 'x' }] }, 'map: map[image:x] does not contain declared merge key: name'],
    [{ labels: { $patch: 'fly' } }, 'unknown patch type: fly in map: map[$patch:fly]'],
    [{ strategy: { $retainKeys: ['type'], rollingUpdate: {} } }, 'invalid patch format of retainKeys'],
    [{ '$setElementOrder/containers': 'a' }, 'invalid patch format of setElementOrder list'],
    [{ '$deleteFromPrimitiveList/finalizers': 'a' }, 'invalid patch format of primitive list'],
    [
      { '$setElementOrder/containers': [{ name: 'b' }], containers: [{ name: 'a' }] },
      "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n",
    ],
  ];
  for (const [patch, message] of faults)
    assert.throws(() => strategicMergePatch(schema, current, patch), { reason: 'BadRequest', message });
});

test('strategic merge patch: what `kubectl set image` and `kubectl apply` send for a deployment', () => {
  const real = schemaOf('io.k8s.api.apps.v1.Deployment');
  const deployment = (spec: Json, labels: Json) => ({
    metadata: { name: 'd', labels },
    spec: { replicas: 1, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } }, template: { spec } },
  });
  const env = [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ];
  const current = deployment({ containers: [{ name: 'c', image: '1', env }, { name: 'd' }] }, { a: '1', b: '2' });
  const patch = {
    metadata: { labels: { b: null, c: '3' } },
    spec: {
      strategy: { $retainKeys: ['type'], type: 'Recreate' },
      template: {
        spec: {
          '$setElementOrder/containers': [{ name: 'd' }, { name: 'c' }],
          containers: [
            {
              name: 'c',
              image: '2',
              '$setElementOrder/env': [{ name: 'B' }],
              env: [{ name: 'A', $patch: 'delete' }],
            },
          ],
          volumes: [{ name: 'v', emptyDir: {}, $retainKeys: ['name', 'emptyDir'] }],
        },
      },
    },
  };
  deepFreeze([current, patch]);
  assert.deepEqual(strategicMergePatch(real, current, patch), {
    metadata: { name: 'd', labels: { a: '1', c: '3' } },
    spec: {
      replicas: 1,
      strategy: { type: 'Recreate' },
      template: {
        spec: {
          containers: [{ name: 'd' }, { name: 'c', image: '2', env: [{ name: 'B', value: '2' }] }],
          volumes: [{ name: 'v', emptyDir: {} }],
        },
      },
    },
  });
});

test('lists in lists take time in proportion to their depth', () => {
  let nested: unknown = { gone: null, stays: 1 };
  let expected: unknown = { stays: 1 };
  for (let depth = 0; depth < 500; depth++) [nested, expected] = [[nested], [expected]];
  assert.deepEqual(strategicMergePatch(schema, {}, { unknown: nested }), { unknown: expected });
});
