import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { mutatingAdmissionPolicy } from '../../../api/admissionregistration/mutating-admission-policy.ts';
import { mutatingAdmissionPolicyBinding } from '../../../api/admissionregistration/mutating-admission-policy-binding.ts';
import { validatingAdmissionPolicy } from '../../../api/admissionregistration/validating-admission-policy.ts';
import { validatingAdmissionPolicyBinding } from '../../../api/admissionregistration/validating-admission-policy-binding.ts';
import { configMap } from '../../../api/core/config-map.ts';
import { isApiError } from '../../../api/status.ts';
import type { Attributes } from '../../contract.ts';
import { type AdmissionBench, openAdmission, refusal } from '../admission.test-helper.ts';

describe('ValidatingAdmissionPolicy', () => {
  let bench: AdmissionBench;
  before(async () => {
    bench = await openAdmission();
  });
  after(() => bench.close());
  afterEach(async () => {
    await bench.client.deleteCollection(validatingAdmissionPolicyBinding, {});
    await bench.client.deleteCollection(validatingAdmissionPolicy, {});
    await bench.client.deleteCollection(configMap, { namespace: 'default' });
    bench.warnings();
  });

  const rules = [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }];
  const admissionObject = (kind: string, spec: unknown) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: 'limits' },
    spec,
  });
  const policy = (spec: object) =>
    admissionObject('ValidatingAdmissionPolicy', { matchConstraints: { resourceRules: rules }, ...spec });
  const inForce = (spec: object, binding: object = {}) =>
    bench.create(
      policy(spec),
      admissionObject('ValidatingAdmissionPolicyBinding', {
        policyName: 'limits',
        validationActions: ['Deny'],
        ...binding,
      }),
    );
  const settings = (name: string, data: Readonly<Record<string, string>> = {}, more: object = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', ...more },
    data,
  });
  const denial = (why: string, name = 'a') =>
    `configmaps "${name}" is forbidden: ValidatingAdmissionPolicy 'limits' with binding 'limits' denied request: ${why}`;
  const small = { validations: [{ expression: 'object == null || !has(object.data) || size(object.data) < 2' }] };
  const large = { x: '1', y: '2' };

  test('what breaks a rule is refused, with the expression if nothing better is said', async () => {
    await inForce(small);
    await bench.create(settings('ok', { x: '1' }));
    assert.equal(
      await refusal(bench.create(settings('a', large)), 'Invalid'),
      denial('failed expression: object == null || !has(object.data) || size(object.data) < 2'),
    );
    await bench.client.delete(configMap, { namespace: 'default', name: 'ok' });
  });

  test('messages, reasons and variables', async () => {
    const count = { name: 'count', expression: 'object == null ? 0 : size(object.data)' };
    const [validation] = small.validations;
    await inForce({
      variables: [count],
      validations: [
        {
          ...validation,
          expression: 'variables.count < 2',
          messageExpression: '"has " + string(variables.count)',
          reason: 'Forbidden',
        },
      ],
    });
    const error = await bench.create(settings('a', large)).catch((thrown: unknown) => thrown);
    assert.ok(isApiError(error, 'Forbidden'));
    assert.deepEqual([error.message, error.httpCode], [denial('has 2'), 403]);
  });

  test('a binding may only warn', async () => {
    await inForce(small, { validationActions: ['Warn', 'Audit'] });
    await bench.create(settings('a', large));
    assert.deepEqual(bench.warnings(), [
      "Validation failed for ValidatingAdmissionPolicy 'limits' with binding 'limits': failed expression: object == null || !has(object.data) || size(object.data) < 2",
    ]);
  });

  test('a refusal hides no warning, and a binding that cannot be used refuses whatever it may do', async () => {
    await inForce(small);
    const warning = admissionObject('ValidatingAdmissionPolicyBinding', {
      policyName: 'limits',
      validationActions: ['Warn'],
    });
    await bench.create({ ...warning, metadata: { name: 'warns' } });
    await refusal(bench.create(settings('a', large)), 'Invalid');
    assert.equal(bench.warnings().length, 1);
    await bench.client.deleteCollection(validatingAdmissionPolicyBinding, {});
    await bench.client.deleteCollection(validatingAdmissionPolicy, {});
    const paramRef = { name: 'missing', parameterNotFoundAction: 'Deny' };
    await inForce(
      { ...small, paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
      { paramRef, validationActions: ['Warn'] },
    );
    assert.equal(
      await refusal(bench.create(settings('a')), 'Invalid'),
      denial('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'),
    );
  });

  test('an expression that gives no answer refuses, unless failures are ignored', async () => {
    const broken = { validations: [{ expression: 'request.operation == "DELETE" || object.data.missing == "x"' }] };
    await inForce(broken);
    assert.equal(
      await refusal(bench.create(settings('a', {})), 'Invalid'),
      denial(
        `expression 'request.operation == "DELETE" || object.data.missing == "x"' resulted in error: no such key: missing`,
      ),
    );
    await bench.client.deleteCollection(validatingAdmissionPolicy, {});
    await bench.create(policy({ ...broken, failurePolicy: 'Ignore' }));
    await bench.create(settings('a', {}));
  });

  test('conditions and selectors narrow it', async () => {
    await inForce(
      {
        validations: [{ expression: 'false' }],
        matchConditions: [{ name: 'people', expression: '!request.userInfo.username.startsWith("system:")' }],
      },
      { matchResources: { objectSelector: { matchLabels: { strict: 'yes' } } } },
    );
    const strict = { labels: { strict: 'yes' } };
    await bench.create(settings('a'));
    assert.match(await refusal(bench.create(settings('b', {}, strict)), 'Invalid'), /failed expression: false$/);
    await bench.as({ name: 'system:robot', groups: [] }).create(configMap, settings('b', {}, strict));
    await bench.as({ name: 'system:robot', groups: [] }).delete(configMap, { namespace: 'default', name: 'b' });
  });

  test('a namespace and parameters are looked at', async () => {
    const limit = settings('limit', { most: '1' });
    await bench.create(limit);
    await inForce(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        validations: [
          {
            expression:
              'request.operation != "CREATE" || (size(object.data) <= int(params.data.most) && namespaceObject.metadata.name == "default")',
            messageExpression: '"at most " + params.data.most',
          },
        ],
      },
      { paramRef: { name: 'limit', parameterNotFoundAction: 'Deny' } },
    );
    await bench.create(settings('ok', { x: '1' }));
    assert.equal(await refusal(bench.create(settings('a', large)), 'Invalid'), denial('at most 1'));
    await bench.client.delete(configMap, { namespace: 'default', name: 'limit' });
    assert.equal(
      await refusal(bench.create(settings('a')), 'Invalid'),
      denial('failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'),
    );
  });

  test('the authorizer is asked for the user, and for accounts', async () => {
    const own = 'authorizer.requestResource.check("bypass").allowed()';
    const other = 'authorizer.group("apps").resource("deployments").namespace("default").check("get").allowed()';
    const account = 'authorizer.serviceAccount("default", "robot").path("/healthz").check("get").allowed()';
    const spec = {
      validations: [{ expression: `request.operation == "DELETE" || (${own} && ${other} && !${account})` }],
    };
    const asked: Attributes[] = [];
    const second = await openAdmission({
      authorizer: {
        authorize(attributes) {
          asked.push(attributes);
          return { decision: attributes.user.name === 'root' ? 'allow' : 'no-opinion', reason: '' };
        },
      },
    });
    try {
      await second.create(
        policy(spec),
        admissionObject('ValidatingAdmissionPolicyBinding', { policyName: 'limits', validationActions: ['Deny'] }),
      );
      await second.create(settings('a'));
      const [first] = asked;
      assert.deepEqual([first?.verb, first?.resource?.plural, first?.resource?.name], ['bypass', 'configmaps', 'a']);
      assert.deepEqual([asked[2]?.user.name, asked[2]?.path], ['system:serviceaccount:default:robot', '/healthz']);
      await refusal(second.as({ name: 'jo', groups: [] }).create(configMap, settings('b')), 'Invalid');
    } finally {
      await second.close();
    }
  });

  test('what cannot be compiled is refused when it is written', async () => {
    assert.equal(
      await refusal(bench.create(policy({ validations: [{ expression: 'subject.x' }] })), 'Invalid'),
      `ValidatingAdmissionPolicy.admissionregistration.k8s.io "limits" is invalid: spec.validations[0].expression: Invalid value: "subject.x": compilation failed: ERROR: <input>:1:1: undeclared reference to 'subject' (in container '')\n | subject.x\n | ^`,
    );
  });
});

describe('MutatingAdmissionPolicy', () => {
  let bench: AdmissionBench;
  before(async () => {
    bench = await openAdmission();
  });
  after(() => bench.close());
  afterEach(async () => {
    await bench.client.deleteCollection(mutatingAdmissionPolicyBinding, {});
    await bench.client.deleteCollection(mutatingAdmissionPolicy, {});
  });

  const inForce = (spec: object) => {
    const resourceRules = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }];
    const common = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name: 'sidecars' } };
    return bench.create(
      {
        ...common,
        kind: 'MutatingAdmissionPolicy',
        spec: { matchConstraints: { resourceRules }, reinvocationPolicy: 'Never', ...spec },
      },
      { ...common, kind: 'MutatingAdmissionPolicyBinding', spec: { policyName: 'sidecars' } },
    );
  };

  test('parts of an object are merged into it, lists by their keys', async () => {
    const expression = `Object{
      metadata: Object.metadata{ labels: {"team": object.metadata.namespace} },
      spec: Object.spec{ containers: [Object.spec.containers.item{ name: "mesh", image: "mesh:1" }] }
    }`;
    await inForce({
      matchConditions: [{ name: 'once', expression: '!object.spec.containers.exists(c, c.name == "mesh")' }],
      mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
    });
    const { metadata, spec } = await bench.createPod();
    assert.deepEqual(metadata.labels, { team: 'default' });
    assert.deepEqual(spec?.containers.map(({ name, image }) => `${name} ${image}`).sort(), ['c i', 'mesh mesh:1']);
    // The built-in plugins have run again: the new container has a token.
    assert.ok(spec?.containers.every(({ volumeMounts }) => volumeMounts?.length === 1));
  });

  test('patches are applied in order; one that fails refuses the request', async () => {
    const patch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
    await inForce({
      mutations: [
        patch('[JSONPatch{op: "add", path: "/metadata/labels", value: {"d": "e"}}]'),
        patch('[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a.b/c"), value: "x"}]'),
      ],
    });
    assert.deepEqual((await bench.createPod()).metadata.labels, { d: 'e', 'a.b/c': 'x' });
    await bench.client.deleteCollection(mutatingAdmissionPolicyBinding, {});
    await bench.client.deleteCollection(mutatingAdmissionPolicy, {});
    await inForce({ mutations: [patch('[JSONPatch{op: "remove", path: "/metadata/labels/none"}]')] });
    assert.match(
      await refusal(bench.createPod(), 'Invalid'),
      /^pods "pod-\d+" is forbidden: policy 'sidecars' with binding 'sidecars' denied request: /,
    );
  });
});
