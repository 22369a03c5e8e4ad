import assert from 'node:assert/strict';
import { test } from 'node:test';
import { denied } from './errors.ts';
import { readVerdict, reviewVersion } from './review.ts';

const review = (response: unknown, more = {}) =>
  JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response, ...more });
const patch = Buffer.from('[]').toString('base64');

for (const [what, text, expected] of [
  ['a plain yes', review({ uid: 'u', allowed: true }), undefined],
  ['a patch', review({ uid: 'u', allowed: true, patch, patchType: 'JSONPatch' }), undefined],
  ['no JSON', 'no', /^couldn't decode the response: /],
  [
    'another kind',
    review({}, { kind: 'Pod' }),
    /^expected webhook response of admission\.k8s\.io\/v1, Kind=AdmissionReview, got admission\.k8s\.io\/v1, Kind=Pod$/,
  ],
  ['no response', review(null), /^webhook response was absent$/],
  ['another request', review({ uid: 'x', allowed: true }), /^expected response\.uid="u", got "x"$/],
  [
    'a patch without its type',
    review({ uid: 'u', allowed: true, patch }),
    /^webhook returned response\.patch but not response\.patchType$/,
  ],
  [
    'a type without its patch',
    review({ uid: 'u', patchType: 'JSONPatch' }),
    /^webhook returned response\.patchType but not response\.patch$/,
  ],
  [
    'another type',
    review({ uid: 'u', patch, patchType: 'Merge' }),
    /^webhook returned invalid response\.patchType of "Merge"$/,
  ],
] as const)
  test(`answers: ${what}`, () => {
    const read = () => readVerdict(text, { uid: 'u', version: 'v1' });
    if (expected) assert.throws(read, (error) => error instanceof Error && expected.test(error.message));
    else assert.equal(read().allowed, true);
  });

test('the older form of reviews needs neither uid nor type of patch', () => {
  const text = review({ allowed: true, patch }, { apiVersion: 'admission.k8s.io/v1beta1' });
  assert.equal(readVerdict(text, { uid: 'u', version: 'v1beta1' }).patch, '[]');
  assert.equal(reviewVersion(['v2', 'v1beta1', 'v1']), 'v1beta1');
  assert.equal(reviewVersion(['v2']), undefined);
});

for (const [status, message, code] of [
  [undefined, 'admission webhook "w" denied the request without explanation', 400],
  [{ message: 'no', code: 403 }, 'admission webhook "w" denied the request: no', 403],
  [{ reason: 'Forbidden' }, 'admission webhook "w" denied the request: Forbidden', 400],
  [{ message: 'no', code: 200 }, 'admission webhook "w" denied the request: no', 400],
] as const)
  test(`a refusal: ${message} (${code})`, () => {
    const error = denied('w', status as never);
    assert.deepEqual([error.message, error.toStatus().code, error.toStatus().status], [message, code, 'Failure']);
  });
