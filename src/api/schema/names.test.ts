import assert from 'node:assert/strict';
import { test } from 'node:test';
import { definitionOfKind, kindsOfDefinition } from './names.ts';

test('from a kind to its definition and back', () => {
  const kind = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole' };
  assert.equal(definitionOfKind(kind), 'io.k8s.api.rbac.v1.ClusterRole');
  assert.deepEqual(kindsOfDefinition('io.k8s.api.rbac.v1.ClusterRole'), [kind]);
});

test('lists and options have definitions too', () => {
  assert.equal(definitionOfKind({ group: '', version: 'v1', kind: 'PodList' }), 'io.k8s.api.core.v1.PodList');
  assert.equal(
    definitionOfKind({ group: 'apps', version: 'v1', kind: 'DeleteOptions' }),
    'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  );
});

test('a kind that is not published has none', () => {
  assert.equal(definitionOfKind({ group: 'example.com', version: 'v1', kind: 'Pod' }), undefined);
});
