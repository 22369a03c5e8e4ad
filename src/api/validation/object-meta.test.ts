import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectMeta } from '../schema/generated/types/meta-v1.ts';
import { isConfigMapKey, isDns1035Label, isDns1123Label, isEnvVarName, isPortName, isQualifiedName } from './format.ts';
import { validateLabelSelector } from './label-selector.ts';
import { nameIsDnsSubdomain, nameIsPathSegment } from './names.ts';
import { validateFieldManager, validateObjectMeta, validateObjectMetaUpdate } from './object-meta.ts';

const text = (errors: readonly { field: string; message: string }[]) =>
  errors.map(({ field, message }) => `${field}: ${message}`).join('\n');

test('metadata that is wrong is named as upstream names it', () => {
  const cases: readonly [ObjectMeta, RegExp][] = [
    [{}, /^metadata.name: Required value: name or generateName is required$/m],
    [{ name: 'a', namespace: '' }, /^metadata.namespace: Required value$/m],
    [
      { name: 'A_b' },
      /^metadata.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character \(e.g. 'example.com', regex used for validation is '\[a-z0-9\]\(\[-a-z0-9\]\*\[a-z0-9\]\)\?\(\\.\[a-z0-9\]\(\[-a-z0-9\]\*\[a-z0-9\]\)\?\)\*'\)$/m,
    ],
    [{ name: 'a', labels: { a: '-' } }, /^metadata.labels: Invalid value: "-": a valid label must be/m],
    [{ name: 'a', labels: { 'a b': '' } }, /^metadata.labels: Invalid value: "a b": name part must consist of/m],
    [
      { name: 'a', annotations: { a: 'x'.repeat(262144) } },
      /^metadata.annotations: Too long: may not be more than 262144 bytes$/m,
    ],
    [
      { name: 'a', finalizers: ['mine'] },
      /^metadata.finalizers\[0\]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified$/m,
    ],
    [
      { name: 'a', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '' }] },
      /^metadata.ownerReferences\[0\].uid: Invalid value: "": must not be empty$/m,
    ],
    [
      {
        name: 'a',
        ownerReferences: ['p', 'q'].map((name) => ({
          apiVersion: 'v1',
          kind: 'Pod',
          name,
          uid: name,
          controller: true,
        })),
      },
      /Only one reference can have Controller set to true. Found "true" in references for p and q$/m,
    ],
  ];
  for (const [meta, message] of cases) assert.match(text(validateObjectMeta(meta, { namespaced: true })), message);
  assert.match(
    text(validateObjectMeta({ name: 'a', namespace: 'b' }, { namespaced: false })),
    /^metadata.namespace: Forbidden: not allowed on this type$/,
  );
  assert.deepEqual(
    validateObjectMeta({ name: 'a.b', namespace: 'c', labels: { 'x.io/y': 'z' } }, { namespaced: true }),
    [],
  );
});

test('what may not change in metadata', () => {
  const old: ObjectMeta = { name: 'a', namespace: 'n', uid: 'u', resourceVersion: '1', generation: 2 };
  assert.deepEqual(validateObjectMetaUpdate(old, old), []);
  assert.equal(
    text(validateObjectMetaUpdate({ ...old, uid: 'v', generation: 1, resourceVersion: '' }, old)),
    [
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
      'metadata.generation: Invalid value: 1: must not be decremented',
      'metadata.uid: Invalid value: "v": field is immutable',
    ].join('\n'),
  );
  const deleted = { ...old, deletionTimestamp: '2026-01-01T00:00:00Z' };
  assert.equal(
    text(validateObjectMetaUpdate({ ...deleted, finalizers: ['a.b/c'] }, deleted)),
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.b/c"}',
  );
});

test('label selectors in objects', () => {
  const selector = {
    matchLabels: { a: '-' },
    matchExpressions: [
      { key: 'a', operator: 'In' },
      { key: 'b', operator: 'Exists', values: ['x'] },
      { key: '', operator: 'Near' },
    ],
  };
  const errors = validateLabelSelector(selector, 'spec.selector').map(({ field }) => field);
  assert.deepEqual(errors, [
    'spec.selector.matchLabels',
    'spec.selector.matchExpressions[0].values',
    'spec.selector.matchExpressions[1].values',
    'spec.selector.matchExpressions[2].operator',
    'spec.selector.matchExpressions[2].key',
    'spec.selector.matchExpressions[2].key',
  ]);
});

test('names and keys', () => {
  assert.deepEqual(nameIsDnsSubdomain('web-', true), []);
  assert.equal(nameIsDnsSubdomain('web-', false).length, 1);
  assert.deepEqual(nameIsPathSegment('system:node', false), []);
  assert.deepEqual(nameIsPathSegment('a/b', false), ["may not contain '/'"]);
  assert.deepEqual(isDns1123Label('a'.repeat(64)), ['must be no more than 63 bytes']);
  assert.equal(isDns1035Label('1a').length, 1);
  assert.deepEqual(isPortName('a--b'), ['must not contain consecutive hyphens']);
  assert.deepEqual(isConfigMapKey('..a'), ["must not start with '..'"]);
  assert.equal(isEnvVarName('a=b').length, 1);
  assert.deepEqual(isEnvVarName('A B'), []);
  assert.match(
    `${isQualifiedName('a/b/c')}`,
    /^a qualified name must consist of .* with an optional DNS subdomain prefix/,
  );
  assert.deepEqual(isQualifiedName('example.com/My.Name_1'), []);
});

test('names of field managers', () => {
  assert.deepEqual(validateFieldManager('kubectl edit', 'm'), []);
  assert.deepEqual(
    text(validateFieldManager('a\nb', 'm')),
    'm: Invalid value: "a\\nb": should only contain printable characters',
  );
  assert.deepEqual(text(validateFieldManager('x'.repeat(129), 'm')), 'm: Too long: may not be more than 128 bytes');
});
