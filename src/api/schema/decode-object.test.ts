import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kind } from '../kind.ts';
import { ApiError } from '../status.ts';
import { type DecodeOptions, decodeObject } from './decode-object.ts';
import { schemaOf } from './lookup.ts';

const deployment = kind({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.apps.v1.Deployment'),
});

function decode(text: string, fieldValidation: DecodeOptions['fieldValidation'] = 'Strict') {
  const warnings: string[] = [];
  return { object: decodeObject(deployment, text, { fieldValidation, warn: (line) => warnings.push(line) }), warnings };
}

test('apiVersion and kind may be left out', () => {
  assert.deepEqual(decode('{"metadata":{"name":"a"}}').object, {
    metadata: { name: 'a' },
    apiVersion: 'apps/v1',
    kind: 'Deployment',
  });
});

test('unknown and duplicate fields: refused, warned of, or ignored', () => {
  const text = '{"spec":{"foo":1,"replicas":1,"replicas":2}}';
  const problems = ['unknown field "spec.foo"', 'duplicate field "spec.replicas"'];
  assert.throws(
    () => decode(text),
    new ApiError(
      'BadRequest',
      `Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: ${problems.join(', ')}`,
    ),
  );
  assert.deepEqual(decode(text, 'Warn').warnings, problems);
  assert.deepEqual(decode(text, 'Ignore').warnings, []);
  assert.deepEqual(Reflect.get(decode(text, 'Ignore').object, 'spec'), { replicas: 2 });
});

describe('what cannot be decoded is a bad request that says why', () => {
  const cases: Readonly<Record<string, RegExp>> = {
    '{"spec":{"replicas":"3"}}':
      /^Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32$/,
    '{"apiVersion":"apps/v2"}':
      /^the API version in the data \(apps\/v2\) does not match the expected API version \(apps\/v1\)$/,
    '{"kind":"Pod"}': /^Pod in version "v1" cannot be handled as a Deployment/,
    '{"spec":': /^the object provided is unrecognized \(must be of type Deployment\)/,
    '[1]': /cannot unmarshal array into Go value/,
    null: /cannot unmarshal null into Go value/,
  };
  for (const [text, message] of Object.entries(cases))
    test(text, () =>
      assert.throws(
        () => decode(text),
        (error) => error instanceof ApiError && error.reason === 'BadRequest' && message.test(error.message),
      ),
    );
});
