import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkBody } from './decode.ts';
import { DecodeError, decodeFailure, strictFailure } from './decode-errors.ts';
import { applyDefaults } from './defaults.ts';
import { duplicateFields } from './duplicates.ts';
import { schemaOf } from './lookup.ts';
import type { Schema } from './schema.ts';

const deployment = schemaOf('io.k8s.api.apps.v1.Deployment');
const pod = schemaOf('io.k8s.api.core.v1.Pod');

function inPodSpec(spec: unknown) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec };
}

describe('wrong types read as upstream says them', () => {
  const cases: readonly (readonly [Schema, unknown, string])[] = [
    [deployment, [], 'json: cannot unmarshal array into Go value of type v1.Deployment'],
    [
      deployment,
      { spec: { replicas: '3' } },
      'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      deployment,
      { spec: { replicas: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      deployment,
      { spec: { replicas: 3000000000 } },
      'json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
    [
      deployment,
      { spec: { template: { spec: { containers: [{ image: 5 }] } } } },
      'json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.image of type string',
    ],
    [
      pod,
      inPodSpec({ containers: {} }),
      'json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      pod,
      inPodSpec({ containers: ['a'] }),
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container',
    ],
    [
      pod,
      { metadata: { labels: { a: 1 } } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [pod, { metadata: 'x' }, 'json: cannot unmarshal string into Go struct field Pod.metadata of type v1.ObjectMeta'],
    [
      pod,
      inPodSpec({ hostNetwork: 'yes' }),
      'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
    ],
    [
      pod,
      { metadata: { creationTimestamp: 'soon' } },
      'parsing time "soon" as "2006-01-02T15:04:05Z07:00": cannot parse "soon" as "2006"',
    ],
    [
      pod,
      { metadata: { creationTimestamp: '2026-02-30T00:00:00Z' } },
      'parsing time "2026-02-30T00:00:00Z": day out of range',
    ],
    [pod, { metadata: { creationTimestamp: 5 } }, 'json: cannot unmarshal number into Go value of type string'],
    [schemaOf('io.k8s.api.core.v1.Secret'), { data: { a: 'not base64' } }, 'illegal base64 data at input byte 3'],
    [
      schemaOf('io.k8s.api.core.v1.Service'),
      { spec: { ports: [{ targetPort: true }] } },
      'json: cannot unmarshal bool into Go value of type int32',
    ],
    [
      pod,
      inPodSpec({ containers: [{ resources: { limits: { cpu: 'lots' } } }] }),
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
  ];
  for (const [schema, value, message] of cases)
    test(message, () => assert.throws(() => checkBody(schema, value), new DecodeError(message)));
});

test('unknown fields are taken out and named, with their case', () => {
  const body = inPodSpec({ containers: [{ name: 'a', Image: 'b', ports: [{ containerport: 1 }] }], foo: 1 });
  assert.deepEqual(checkBody(pod, body), [
    'unknown field "spec.containers[0].Image"',
    'unknown field "spec.containers[0].ports[0].containerport"',
    'unknown field "spec.foo"',
  ]);
  assert.deepEqual(body, inPodSpec({ containers: [{ name: 'a', ports: [{}] }] }));
});

test('a key named like a builtin of JavaScript is a field like any other', () => {
  const body = JSON.parse('{"metadata":{"labels":{"__proto__":"a","constructor":"b"}},"__proto__":{"a":1}}');
  assert.deepEqual(checkBody(pod, body), ['unknown field "__proto__"']);
  assert.equal(JSON.stringify(body), '{"metadata":{"labels":{"__proto__":"a","constructor":"b"}}}');
});

test('null is absent, and empty optional lists and maps are left out', () => {
  const body = { metadata: { labels: {}, annotations: null, name: 'a' }, spec: { containers: [], volumes: [] } };
  assert.deepEqual(checkBody(pod, body), []);
  assert.deepEqual(body, { metadata: { name: 'a' }, spec: { containers: [] } });
});

test('an empty struct stays: it says something', () => {
  const body = inPodSpec({ containers: [], volumes: [{ name: 'a', emptyDir: {} }] });
  checkBody(pod, body);
  assert.deepEqual(body.spec, { containers: [], volumes: [{ name: 'a', emptyDir: {} }] });
});

test('a null in a list is the zero value', () => {
  const body = inPodSpec({ containers: [null], nodeSelector: { a: null } });
  checkBody(pod, body);
  assert.deepEqual(body.spec, { containers: [{}], nodeSelector: { a: '' } });
});

test('quantities, times and bytes become canonical', () => {
  const body = inPodSpec({ containers: [{ resources: { limits: { cpu: 0.5, memory: '1024Mi' } } }] });
  Object.assign(body.metadata, { creationTimestamp: '2026-01-01T01:00:00.5+02:00' });
  checkBody(pod, body);
  assert.deepEqual(body.spec, { containers: [{ resources: { limits: { cpu: '500m', memory: '1Gi' } } }] });
  assert.deepEqual(body.metadata, { name: 'a', creationTimestamp: '2025-12-31T23:00:00Z' });
  const lease = { spec: { renewTime: '2026-01-01T00:00:00.5Z' } };
  checkBody(schemaOf('io.k8s.api.coordination.v1.Lease'), lease);
  assert.equal(lease.spec.renewTime, '2026-01-01T00:00:00.500000Z');
  const secret = { data: { a: 'YWJj\nZGVm' } };
  checkBody(schemaOf('io.k8s.api.core.v1.Secret'), secret);
  assert.equal(secret.data.a, 'YWJjZGVm');
});

test('content of any kind is not looked into', () => {
  const revision = { data: { spec: { anything: null, list: [] } }, revision: 1 };
  assert.deepEqual(checkBody(schemaOf('io.k8s.api.apps.v1.ControllerRevision'), revision), []);
  assert.deepEqual(revision.data, { spec: { anything: null, list: [] } });
});

test('a custom resource keeps nulls, empty lists and wrong types for its own validation', () => {
  const schema: Schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { a: { type: 'integer' }, l: { type: 'array' } } } },
  };
  const body = { spec: { a: 'x', l: [], n: 1 }, more: null };
  assert.deepEqual(checkBody(schema, body, { custom: true }), ['unknown field "spec.n"', 'unknown field "more"']);
  assert.deepEqual(body, { spec: { a: 'x', l: [] } });
});

test('the answers name the kind', () => {
  const kind = { version: 'v1', kind: 'Deployment' };
  assert.equal(
    decodeFailure(kind, 'json: x').message,
    'Deployment in version "v1" cannot be handled as a Deployment: json: x',
  );
  assert.equal(
    strictFailure(kind, ['unknown field "a"', 'duplicate field "b"']).message,
    'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "a", duplicate field "b"',
  );
});

test('duplicate fields are named once, wherever they are', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}': [],
    '{"a":1,"a":2,"a":3}': ['duplicate field "a"'],
    '{"spec":{"x":[{"n":1},{"n":1,"n":2}]}}': ['duplicate field "spec.x[1].n"'],
    '{"a\\"b":1,"a\\u0022b":"\\\\"}': ['duplicate field "a"b"'],
    '{"a":"x\\\\","b":"{\\"a\\":1,","a":1}': ['duplicate field "a"'],
    '[1,"a",{"k":{}},{"k":[]}]': [],
  };
  for (const [text, expected] of Object.entries(cases)) {
    JSON.parse(text);
    assert.deepEqual(duplicateFields(text), expected, text);
  }
});

test('defaults of the schema fill what is not set, at every depth', () => {
  const draft = inPodSpec({ containers: [{ name: 'a', ports: [{ containerPort: 80 }] }] });
  applyDefaults(pod, draft);
  assert.deepEqual(draft, {
    ...inPodSpec({ containers: [{ name: 'a', resources: {}, ports: [{ containerPort: 80, protocol: 'TCP' }] }] }),
    status: {},
  });
  const bare = { metadata: { name: 'a' } };
  applyDefaults(schemaOf('io.k8s.api.apps.v1.DaemonSet'), bare);
  assert.deepEqual(bare, {
    metadata: { name: 'a' },
    spec: { template: { metadata: {}, spec: { containers: [] } }, updateStrategy: {} },
    status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  });
});

test('a default that is an object is not shared between drafts', () => {
  const [one, two] = [{ spec: {} }, { spec: {} }];
  for (const draft of [one, two]) applyDefaults(deployment, draft);
  assert.notEqual(Reflect.get(one.spec, 'template'), Reflect.get(two.spec, 'template'));
});
