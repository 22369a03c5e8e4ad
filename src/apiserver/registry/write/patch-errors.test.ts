import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecodeError } from '../../../api/schema/decode-errors.ts';
import { goText, strictResult, unreadableResult } from './patch-errors.ts';

test('values as Go writes them', () => {
  assert.equal(goText({ b: [1, 'x', null], a: { c: true } }), 'map[a:map[c:true] b:[1 x <nil>]]');
});

const place = 'Go struct field DeploymentSpec.spec.x of type';
for (const [found, type, text] of [
  ['string', 'int32', 'unrecognized type: int32'],
  ['number', '[]v1.Container', 'cannot restore slice from int64'],
  ['array', 'map[string]string', 'cannot restore map from slice'],
  ['string', 'v1.PodSpec', 'cannot restore struct from: string'],
] as const)
  test(`a strategic patch with a ${found} in place of ${type}`, () => {
    const patch = { type: 'strategic', body: { spec: { x: 1 } } } as const;
    const error = new DecodeError(`json: cannot unmarshal ${found} into ${place} ${type}`);
    const { message, reason, details } = unreadableResult(patch, {}, error);
    assert.equal(reason, 'Invalid');
    assert.equal(message, ` "" is invalid: patch: Invalid value: "map[spec:map[x:1]]": ${text}`);
    assert.deepEqual(
      details?.causes?.map(({ field }) => field),
      ['patch'],
    );
  });

test('other patches are shown with what would have come of them', () => {
  const patch = { type: 'merge', body: {} } as const;
  const error = new DecodeError(`json: cannot unmarshal string into ${place} int32`);
  assert.equal(
    unreadableResult(patch, { a: 'b' }, error).message,
    ` "" is invalid: patch: Invalid value: "{\\"a\\":\\"b\\"}": ${error.message}`,
  );
  assert.equal(
    strictResult(patch, {}, ['unknown field "spec.x"', 'unknown field "y"']).message,
    ' "" is invalid: patch: Invalid value: "{}": strict decoding error: unknown field "spec.x", unknown field "y"',
  );
});
