import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isApiError } from '../status.ts';
import { openEnvelope } from './envelope.ts';
import { decodeMessage, encodeMessage, encodeObject, protobufDefinition } from './protobuf.ts';

const core = 'io.k8s.api.core.v1';
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const crd = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';
const refused = (error: unknown) => isApiError(error, 'BadRequest');

function roundTrip(definition: string, object: unknown): unknown {
  return decodeMessage(definition, encodeMessage(definition, object));
}

test('what is not set looks as Go writes it', () => {
  const hex = (definition: string, object: unknown) => encodeMessage(definition, object).toString('hex');
  // Strings that are no pointers are always there, times as empty messages; pointers are not.
  assert.equal(hex(`${meta}.ListMeta`, { remainingItemCount: 0 }), '0a0012001a002000');
  assert.equal(hex(`${meta}.ListMeta`, {}), '0a0012001a00');
  assert.equal(hex(`${core}.ResourceFieldSelector`, { resource: 'a' }), '0a001201611a030a0130');
  assert.equal(hex(`${core}.HTTPGetAction`, { path: '/', port: 'x' }), '0a012f1207080110001a01781a002200');
});

test('what kubectl sends comes back byte for byte', () => {
  // kubectl create deployment dep --image=nginx --replicas=0 --port=80
  const sent = Buffer.from(
    'azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50Er0BCiQKA2RlcBIAGgV0LWszNSIAKgAyADgAQgBaCgoDYXBwEgNkZXAShgEIABIMCgoKA2FwcBID' +
      'ZGVwGmwKHAoAEgAaACIAKgAyADgAQgBaCgoDYXBwEgNkZXASTBIuCgVuZ2lueBIFbmdpbngqADIKCgAQABhQIgAqAEIAagByAIABAIgBAJABAKIB' +
      'ABoAMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAiAgoAKAA4ABoMCAAQABgAIAAoADgAGgAiAA==',
    'base64',
  );
  const { raw, ...type } = openEnvelope(sent);
  const definition = protobufDefinition(type) ?? assert.fail();
  const deployment = decodeMessage(definition, raw);
  assert.deepEqual(encodeObject(definition, { ...type, ...deployment }), sent);
  const labels = { app: 'dep' };
  assert.deepEqual(deployment, {
    metadata: { name: 'dep', namespace: 't-k35', labels },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }], resources: {} }] },
      },
      strategy: {},
    },
    status: {},
  });
});

test('zero is kept where it is a value', () => {
  const spec = { replicas: 0, selector: {}, template: { metadata: {}, spec: { containers: [] } }, strategy: {} };
  assert.deepEqual(roundTrip('io.k8s.api.apps.v1.DeploymentSpec', spec), {
    replicas: 0,
    selector: {},
    template: { metadata: {}, spec: {} },
    strategy: {},
  });
  assert.deepEqual(roundTrip(`${core}.PersistentVolumeClaimSpec`, { storageClassName: '' }), {
    resources: {},
    storageClassName: '',
  });
  assert.deepEqual(roundTrip(`${core}.Volume`, { name: 'a', emptyDir: {} }), { name: 'a', emptyDir: {} });
  assert.deepEqual(roundTrip('io.k8s.api.autoscaling.v1.ScaleSpec', { replicas: 0 }), { replicas: 0 });
});

test('numbers, times and maps', () => {
  assert.deepEqual(roundTrip(`${core}.Toleration`, { tolerationSeconds: -1 }), { tolerationSeconds: -1 });
  for (const tolerationSeconds of [0, 127, 128, 2 ** 31, 2 ** 49, Number.MAX_SAFE_INTEGER, -(2 ** 40)])
    assert.deepEqual(roundTrip(`${core}.Toleration`, { tolerationSeconds }), { tolerationSeconds });
  const lease = { renewTime: '2026-01-02T03:04:05.000006Z', leaseTransitions: 0 };
  assert.deepEqual(roundTrip('io.k8s.api.coordination.v1.LeaseSpec', lease), lease);
  const old = { creationTimestamp: '1969-12-31T23:59:59Z' };
  assert.deepEqual(roundTrip(`${meta}.ObjectMeta`, old), old);
  const labels = JSON.parse('{"labels":{"":"empty","__proto__":"own","constructor":"x"}}');
  const read = roundTrip(`${meta}.ObjectMeta`, labels);
  assert.equal(JSON.stringify(read), JSON.stringify(labels));
});

test('schemas of custom resources, in their long and short forms', () => {
  const schema = {
    type: 'object',
    default: { a: [1, null, 'x'] },
    enum: [null, 1, 'a'],
    properties: {
      open: { additionalProperties: true },
      closed: { additionalProperties: false, 'x-kubernetes-preserve-unknown-fields': true },
      map: { additionalProperties: { type: 'string', maximum: 0 } },
      list: { items: { type: 'integer' } },
      tuple: { items: [{ type: 'integer' }, { type: 'string' }], dependencies: { a: ['b'], c: { type: 'object' } } },
    },
  };
  assert.deepEqual(roundTrip(`${crd}.JSONSchemaProps`, schema), schema);
});

test('lists that are messages', () => {
  const user = { username: 'a', extra: { scopes: ['x', 'y'], none: [] } };
  assert.deepEqual(roundTrip('io.k8s.api.authentication.v1.UserInfo', user), user);
  const resource = { kind: 'Pod', name: 'pods', namespaced: true, singularName: 'pod', verbs: ['get', 'list'] };
  assert.deepEqual(roundTrip(`${meta}.APIResource`, resource), resource);
});

test('partial objects in both versions', () => {
  for (const version of ['v1', 'v1beta1']) {
    const list = { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${version}` };
    const definition = protobufDefinition(list) ?? assert.fail(version);
    const body = { metadata: { resourceVersion: '7' }, items: [{ metadata: { name: 'a' } }] };
    const { raw, kind, apiVersion } = openEnvelope(encodeObject(definition, { ...list, ...body }));
    assert.deepEqual({ kind, apiVersion, ...decodeMessage(definition, raw) }, { ...list, ...body });
  }
});

test('what has no form', () => {
  assert.equal(protobufDefinition({ apiVersion: 'example.com/v1', kind: 'Widget' }), undefined);
  assert.equal(protobufDefinition({ apiVersion: 'meta.k8s.io/v1', kind: 'Table' }), undefined);
  assert.equal(protobufDefinition({}), undefined);
  assert.equal(protobufDefinition({ apiVersion: 'meta.k8s.io/v1', kind: 'constructor' }), undefined);
});

describe('what anybody may send', () => {
  const pod = { metadata: { name: 'a', labels: { b: 'c' } }, spec: { containers: [{ name: 'd', image: 'e' }] } };
  const body = encodeObject(`${core}.Pod`, { apiVersion: 'v1', kind: 'Pod', ...pod });
  const read = (bytes: Buffer) => decodeMessage(`${core}.Pod`, openEnvelope(bytes).raw);
  /** Reads it, or refuses it as it should. */
  const survives = (run: () => unknown): void => {
    try {
      run();
    } catch (error) {
      if (!refused(error)) throw error;
    }
  };

  test('is read as far as the definition goes', () => {
    const { spec } = read(body) as { spec: { containers: unknown } };
    assert.deepEqual(spec.containers, [{ name: 'd', image: 'e', resources: {} }]);
    // A field of a newer version: number 1000, three bytes.
    const newer = Buffer.concat([encodeMessage(`${core}.Pod`, pod), Buffer.from('c23e03010203', 'hex')]);
    assert.deepEqual(decodeMessage(`${core}.Pod`, newer), read(body));
  });

  test('and refused when it is something else', () => {
    assert.throws(() => openEnvelope(Buffer.from('{}')), refused);
    assert.throws(() => openEnvelope(Buffer.from('')), refused);
    const messages = {
      'a length beyond the end': '0a7f',
      'a huge length': '0affffffffffffffff7f',
      'a number without an end': '08ffffffffffffffffffffff',
      'field number 0': '0000',
      'a group': '0b0c',
      'a wrong wire type': '0801',
      'a half tag': '80',
    };
    for (const [what, hex] of Object.entries(messages))
      assert.throws(() => decodeMessage(`${core}.Pod`, Buffer.from(hex, 'hex')), refused, what);
    const year = encodeMessage(`${core}.Toleration`, { tolerationSeconds: Number.MAX_SAFE_INTEGER }).subarray(-9);
    const time = Buffer.concat([Buffer.from([0x42, 9, 0x08]), year.subarray(1)]);
    assert.throws(() => decodeMessage(`${meta}.ObjectMeta`, time), refused, 'a year of many digits');
  });

  test('nested deeper than anybody needs', () => {
    let schema: object = { type: 'string' };
    for (let i = 0; i < 45; i++) schema = { properties: { a: schema } };
    assert.deepEqual(roundTrip(`${crd}.JSONSchemaProps`, schema), schema);
    for (let i = 0; i < 200; i++) schema = { not: schema };
    assert.throws(() => roundTrip(`${crd}.JSONSchemaProps`, schema), refused);
  });

  test('made of very many empty messages', () => {
    const containers = (count: number) =>
      decodeMessage(`${core}.PodSpec`, Buffer.alloc(count * 2, Buffer.from([0x12, 0])))['containers'];
    assert.equal((containers(1000) as unknown[]).length, 1000);
    assert.throws(() => containers(600_000), refused);
  });

  test('cut off anywhere', () => {
    for (let end = 0; end < body.length; end++) survives(() => read(body.subarray(0, end)));
  });

  test('with any byte changed', () => {
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(body);
        changed[at] = byte;
        survives(() => read(changed));
      }),
      { numRuns: 2000 },
    );
  });

  test('any bytes at all', () => {
    const definitions = [`${core}.Pod`, `${meta}.ObjectMeta`, `${crd}.JSONSchemaProps`, `${core}.ConfigMap`];
    fc.assert(
      fc.property(fc.constantFrom(...definitions), fc.uint8Array({ maxLength: 200 }), (definition, bytes) =>
        survives(() => JSON.stringify(decodeMessage(definition, Buffer.from(bytes)))),
      ),
      { numRuns: 2000 },
    );
  });

  test('any object comes back', () => {
    const text = fc.string({ unit: 'grapheme' });
    const object = fc.record({
      name: text,
      labels: fc.dictionary(text, text, { minKeys: 1 }),
      finalizers: fc.array(text, { minLength: 1 }),
      generation: fc.integer({ min: 1 }),
      deletionGracePeriodSeconds: fc.maxSafeInteger(),
    });
    fc.assert(
      fc.property(object, (metadata) => {
        const read = roundTrip(`${meta}.ObjectMeta`, metadata) as Record<string, unknown>;
        assert.equal(read['name'] ?? '', metadata.name);
        assert.deepEqual({ ...read, name: '' }, { ...metadata, labels: { ...metadata.labels }, name: '' });
      }),
    );
  });
});
