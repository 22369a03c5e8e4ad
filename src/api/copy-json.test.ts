import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyJson } from './copy-json.ts';

test('a copy has every key as data, whatever it is called, and nothing undefined', () => {
  const text = '{"data":{"__proto__":"x","constructor":"y","list":[{"__proto__":{"polluted":1}},null]}}';
  const copied = copyJson(JSON.parse(text));
  assert.equal(JSON.stringify(copied), text);
  assert.equal(copied.data.list[0].polluted, undefined);
  assert.equal('a' in copyJson({ a: undefined }), false);
});
