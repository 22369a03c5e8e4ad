import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../api/object.ts';
import { checkConverted } from './check-converted.ts';
import { readConverted, reviewVersion } from './review.ts';

const original: KubeObject = {
  apiVersion: 'example.com/v1',
  kind: 'Link',
  metadata: { name: 'b', namespace: 'default', uid: 'u', generation: 3, labels: { kept: 'no' } },
};
const wanted = 'example.com/v2';
const good = { ...original, apiVersion: wanted, spec: { host: 'x' } };

const cases: readonly (readonly [object: unknown, message: string])[] = [
  ['text', 'returned invalid object: invalid type, expected=Unstructured, got=string'],
  [
    { ...good, apiVersion: 'example.com/v3' },
    'returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v3)',
  ],
  [{ ...good, kind: 'Chain' }, 'returned invalid object at index 0: invalid kind (expected Link, received Chain)'],
  [{ ...good, metadata: { ...good.metadata, name: 'x' } }, 'returned invalid object: must have the same name: b != x'],
  [
    { ...good, metadata: { ...good.metadata, namespace: 'x' } },
    'returned invalid object: must have the same namespace: default != x',
  ],
  [{ ...good, metadata: { ...good.metadata, uid: '' } }, 'returned invalid object: must have the same UID: u != '],
  [
    { ...good, metadata: { ...good.metadata, labels: { a: 1 } } },
    'returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object',
  ],
  [
    { ...good, metadata: { ...good.metadata, annotations: [] } },
    'returned invalid metadata: invalid metadata.annotations of type []interface {} in converted object',
  ],
];

for (const [object, message] of cases)
  test(message, () => {
    assert.throws(() => checkConverted([original], [object], wanted), { message });
  });

test('labels that are no labels are refused', () => {
  const labels = { 'a b': 'c' };
  assert.throws(
    () => checkConverted([original], [{ ...good, metadata: { ...good.metadata, labels } }], wanted),
    /^Error: returned invalid metadata: metadata\.labels: Invalid value: "a b"/,
  );
});

test('in a list the place is named, and the number must be right', () => {
  assert.throws(() => checkConverted([original, original], [good], wanted), {
    message: 'returned 1 objects, expected 2',
  });
  assert.throws(() => checkConverted([original, original], [good, { ...good, kind: 'X' }], wanted), {
    message: 'returned invalid converted object at index 1: invalid kind (expected Link, received X)',
  });
});

test('of the metadata only labels and annotations are taken', () => {
  const metadata = { ...good.metadata, labels: { by: 'webhook' }, generation: 77, finalizers: ['no/way'] };
  const [made] = checkConverted([original], [{ ...good, metadata }], wanted);
  assert.deepEqual(made, {
    ...good,
    metadata: { name: 'b', namespace: 'default', uid: 'u', generation: 3, labels: { by: 'webhook' } },
  });
});

test('answers are read as upstream reads them', () => {
  const read = (body: unknown, version: 'v1' | 'v1beta1' = 'v1') =>
    readConverted(JSON.stringify(body), { uid: '1', version });
  const review = (response: unknown, apiVersion = 'apiextensions.k8s.io/v1') => ({
    apiVersion,
    kind: 'ConversionReview',
    response,
  });
  const success = { status: 'Success' };
  assert.deepEqual(read(review({ uid: '1', result: success, convertedObjects: [1] })), [1]);
  const beta = review({ result: success, convertedObjects: [1] }, 'apiextensions.k8s.io/v1beta1');
  assert.deepEqual(read(beta, 'v1beta1'), [1], 'the old version does not repeat the uid');
  const failures: readonly (readonly [unknown, string])[] = [
    [
      beta,
      'expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got apiextensions.k8s.io/v1beta1, Kind=ConversionReview',
    ],
    [review(null), 'no response provided'],
    [review({ uid: '2', result: success }), 'expected response.uid="1", got "2"'],
    [review({ uid: '1', result: { status: 'Failed', message: 'no way' } }), 'no way'],
    [review({ uid: '1' }), "response.result.status was '', not 'Success'"],
  ];
  for (const [body, message] of failures) assert.throws(() => read(body), { message });
  assert.equal(reviewVersion(['v2', 'v1beta1', 'v1']), 'v1beta1');
  assert.throws(() => reviewVersion(['v2']), { message: 'no supported conversion review versions' });
});
