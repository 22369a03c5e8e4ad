import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeV2 } from './merge.ts';

const ref = (name: string) => ({ $ref: `#/definitions/${name}` });
const answers = (name: string) => ({ get: { responses: { 200: { description: 'OK', schema: ref(name) } } } });
const local = {
  swagger: '2.0',
  paths: { '/apis/apps/v1/deployments': answers('Deployment') },
  definitions: {
    Deployment: { type: 'object' },
    Meta: { type: 'object', description: 'ours' },
    Same: { type: 'string' },
  },
};

test('what another server says of its paths comes in, with the definitions that it uses and no others', () => {
  const remote = {
    paths: {
      '/apis/x/v1/things': answers('Thing'),
      '/apis/x/v10/things': answers('Other'),
      '/apis/apps/v1/deployments': {},
    },
    definitions: {
      Thing: { type: 'object', properties: { meta: ref('Meta'), same: ref('Same') } },
      Meta: { type: 'object', description: 'theirs', properties: { self: ref('Meta') } },
      Same: { type: 'string' },
      Other: { type: 'object' },
    },
  };
  const merged = mergeV2(local, remote, '/apis/x/v1');
  assert.deepEqual(Object.keys(merged['paths'] as object).sort(), ['/apis/apps/v1/deployments', '/apis/x/v1/things']);
  assert.deepEqual(merged['definitions'], {
    ...local.definitions,
    Thing: { type: 'object', properties: { meta: ref('Meta_v2'), same: ref('Same') } },
    Meta_v2: { type: 'object', description: 'theirs', properties: { self: ref('Meta_v2') } },
  });
  assert.deepEqual(
    (merged['paths'] as Record<string, unknown>)['/apis/apps/v1/deployments'],
    local.paths['/apis/apps/v1/deployments'],
  );
  assert.equal(Object.keys(local.definitions).length, 3, 'ours is not changed');
});

test('a document that is none adds nothing', () => {
  assert.deepEqual(mergeV2(local, { paths: [], definitions: 7 }, '/apis/x/v1'), local);
});
