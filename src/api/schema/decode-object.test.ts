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

describe('numbers with a fraction or an exponent', () => {
  const refused = (text: string, where: string) =>
    assert.throws(
      () => decode(text, 'Ignore'),
      new ApiError(
        'BadRequest',
        `Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal number ${where}`,
      ),
    );

  test('are no whole numbers, whatever they amount to', () => {
    refused('{"spec":{"replicas":1.0}}', '1.0 into Go struct field DeploymentSpec.spec.replicas of type int32');
    refused('{"spec": {"replicas": 1e3 }}', '1e3 into Go struct field DeploymentSpec.spec.replicas of type int32');
    const surge = (value: string) => `{"spec":{"strategy":{"rollingUpdate":{"maxSurge":${value}}}}}`;
    refused(surge('10E1'), '10E1 into Go value of type int32');
    assert.ok(decode(surge('10')));
    refused(
      '{"metadata":{"generation":2.50e1}}',
      '2.50e1 into Go struct field ObjectMeta.metadata.generation of type int64',
    );
  });

  test('are quantities, and text is text', () => {
    const container = (limits: string) =>
      `{"spec":{"template":{"spec":{"containers":[{"name":"a","image":"b:1.0","args":["[1.0,2e3]"],"resources":{"limits":${limits}}}]}}}}`;
    const { object } = decode(container('{"cpu":0.5,"memory":1e3}'));
    const [first] = (object as unknown as { spec: { template: { spec: { containers: object[] } } } }).spec.template.spec
      .containers;
    assert.deepEqual(Reflect.get(first ?? {}, 'args'), ['[1.0,2e3]']);
    assert.equal((Reflect.get(first ?? {}, 'resources') as { limits: { cpu: string } }).limits.cpu, '500m');
  });

  test('are read as floats where the JSON was made of YAML', () => {
    const options = { fieldValidation: 'Strict', warn: assert.fail, duplicates: [] } as const;
    const { spec } = decodeObject(deployment, '{"spec":{"replicas":2.0}}', options) as unknown as { spec: object };
    assert.deepEqual(spec, { replicas: 2 });
  });
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
