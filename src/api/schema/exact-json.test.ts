import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pod } from '../core/pod.ts';
import { decodeObject } from './decode-object.ts';
import { parseJson } from './exact-json.ts';

test('whole numbers keep their digits, as far as upstream keeps them', () => {
  const kept = [
    '9007199254740991',
    '9007199254740993',
    '-9007199254740993',
    '9223372036854775807',
    '-9223372036854775808',
    '[1234567890123456789,1.5,"1234567890123456789",1e3]'.replace('1e3', '1000'),
  ];
  for (const text of kept) assert.equal(JSON.stringify(parseJson(text)), text);
  assert.equal(JSON.stringify(parseJson('{"__proto__":9223372036854775807}')), '{"__proto__":9223372036854775807}');
  // Those are float64 in Go as well.
  assert.equal(JSON.stringify(parseJson('9223372036854775808')), '9223372036854776000');
  assert.equal(JSON.stringify(parseJson('1234567890.1234567890123')), '1234567890.1234567');
});

test('fields of built-in kinds refuse what they could not give back', () => {
  const decode = (spec: string) =>
    decodeObject(pod, `{"metadata":{"name":"a"},"spec":${spec}}`, { fieldValidation: 'Strict', warn: () => undefined });
  const grace = (text: string) => decode(`{"containers":[],"terminationGracePeriodSeconds":${text}}`);
  assert.equal(
    (grace('9007199254740991') as never as { spec: Record<string, unknown> }).spec['terminationGracePeriodSeconds'],
    Number.MAX_SAFE_INTEGER,
  );
  assert.throws(() => grace('9223372036854775807'), {
    message:
      'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal number 9223372036854775807 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64; this server keeps whole numbers up to 9007199254740991 in fields of built-in kinds',
  });
  assert.throws(
    () => grace('1.5'),
    /number 1\.5 into Go struct field PodSpec\.spec\.terminationGracePeriodSeconds of type int64$/,
  );
  assert.throws(() => decode('{"priority":9223372036854775807}'), /of type int32$/);
  const quantity = decode('{"containers":[{"name":"c","resources":{"requests":{"memory":9007199254740993}}}]}');
  assert.match(JSON.stringify(quantity), /"memory":"9007199254740993"/);
});

test('what is nested too deeply is refused before anybody walks it', () => {
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  const decode = (text: string) => decodeObject(pod, text, { fieldValidation: 'Ignore', warn: () => undefined });
  const managed = (levels: number) => `{"metadata":{"managedFields":[{"fieldsV1":${deep(levels)}}]}}`;
  decode(managed(900));
  assert.throws(() => decode(managed(1001)), /exceeded max depth/);
  assert.throws(() => decode(managed(200_000)), /exceeded max depth/);
});
