import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';
import type { Attributes } from '../contract.ts';

describe('reviews of access over the API', () => {
  let server: TestServer;
  let client: TestClient;
  const asked: Attributes[] = [];
  before(async () => {
    server = await startTestServer({
      authorizer: {
        authorize(attributes) {
          asked.push(attributes);
          const decision =
            attributes.user.name === 'denied' ? 'deny' : attributes.user.name === 'eve' ? 'no-opinion' : 'allow';
          return { decision, reason: decision === 'deny' ? 'said so' : '' };
        },
      },
    });
    client = new TestClient(server, server.admin);
  });
  after(async () => {
    client.session.destroy();
    await server.close();
  });

  const post = (kind: string, spec: object | undefined, { namespace = '', metadata = {} } = {}) => {
    const base = `/apis/authorization.k8s.io/v1${namespace && `/namespaces/${namespace}`}`;
    return client.call('POST', `${base}/${kind.toLowerCase()}s`, {
      body: { apiVersion: 'authorization.k8s.io/v1', kind, metadata, ...(spec && { spec }) },
      headers: { 'content-type': 'application/json' },
    });
  };
  const pods = { verb: 'list', resource: 'pods', version: 'v1', namespace: 'team' };

  test('allowed, denied, and neither', async () => {
    const statusOf = async (user: string) =>
      (await post('SubjectAccessReview', { user, resourceAttributes: pods })).json.status;
    assert.deepEqual(await statusOf('jane'), { allowed: true });
    assert.deepEqual(await statusOf('denied'), { allowed: false, denied: true, reason: 'said so' });
    assert.deepEqual(await statusOf('eve'), { allowed: false });
  });

  test('of oneself, and in a namespace', async () => {
    assert.equal((await post('SelfSubjectAccessReview', { resourceAttributes: pods })).json.status.allowed, true);
    assert.equal(asked.at(-1)?.user.name, 'admin');
    const local = await post(
      'LocalSubjectAccessReview',
      { user: 'jane', resourceAttributes: pods },
      { namespace: 'team' },
    );
    assert.equal(local.json.status.allowed, true);
  });

  test('selectors, as requirements and as they are', async () => {
    const fieldSelector = { requirements: [{ key: 'spec.nodeName', operator: 'In', values: ['n1'] }] };
    const labelSelector = { rawSelector: 'app=web' };
    await post('SubjectAccessReview', { user: 'jane', resourceAttributes: { ...pods, fieldSelector, labelSelector } });
    const { resource } = asked.at(-1) ?? {};
    assert.deepEqual([resource?.fieldSelector, resource?.labelSelector], ['spec.nodeName=n1', 'app=web']);
  });

  const nonResource = { path: '/metrics', verb: 'get' };
  const cases: readonly (readonly [string, object | undefined, string, { namespace?: string; metadata?: object }?])[] =
    [
      [
        'SubjectAccessReview',
        undefined,
        'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ],
      [
        'SubjectAccessReview',
        { resourceAttributes: pods },
        'spec.user: Invalid value: "": at least one of user or group must be specified',
      ],
      ['SelfSubjectAccessReview', {}, 'exactly one of nonResourceAttributes or resourceAttributes must be specified'],
      [
        'SubjectAccessReview',
        { user: 'a', resourceAttributes: pods, nonResourceAttributes: nonResource },
        'cannot be specified in combination with resourceAttributes',
      ],
      [
        'SubjectAccessReview',
        { user: 'a', resourceAttributes: { ...pods, fieldSelector: {} } },
        'spec.resourceAttributes.fieldSelector.requirements: Required value',
      ],
      [
        'SubjectAccessReview',
        { user: 'a', resourceAttributes: pods },
        'metadata: Invalid value',
        { metadata: { name: 'x' } },
      ],
      [
        'LocalSubjectAccessReview',
        { user: 'a', resourceAttributes: pods },
        'spec.resourceAttributes.namespace: Invalid value: "team": must match metadata.namespace',
        { namespace: 'other' },
      ],
      [
        'LocalSubjectAccessReview',
        { user: 'a', nonResourceAttributes: nonResource },
        'disallowed on this kind of request',
        { namespace: 'team' },
      ],
    ];
  for (const [kind, spec, expected, more] of cases)
    test(`${kind}: ${expected}`, async () => {
      const answer = await post(kind, spec, more);
      assert.equal(answer.status, 422, answer.text);
      assert.ok(answer.json.message.includes(expected), answer.json.message);
    });
});
