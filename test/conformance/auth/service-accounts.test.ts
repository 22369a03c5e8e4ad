import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../harness/wait.ts';
import type { Loose } from '../harness/api.ts';
import { image } from '../harness/objects.ts';
import { startControlPlane, untilIs } from '../harness/server.ts';

const { api, namespace } = await startControlPlane();

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const accountsOf = (space: string) => `/api/v1/namespaces/${space}/serviceaccounts`;

test('ServiceAccounts should allow opting out of API token automount', async () => {
  const space = await namespace('svcaccounts');
  const accounts = [
    ['default', undefined],
    ['mount', true],
    ['nomount', false],
  ] as const;
  for (const [name, automount] of accounts)
    if (automount !== undefined)
      await api.create(accountsOf(space), { metadata: { name }, automountServiceAccountToken: automount });
  for (const [account, byAccount] of accounts)
    for (const byPod of [undefined, true, false]) {
      const name = `pod-service-account-${account}-${byPod ?? 'defaultspec'}`;
      const own = byPod === undefined ? {} : { automountServiceAccountToken: byPod };
      const pod = await api.create(`/api/v1/namespaces/${space}/pods`, {
        metadata: { name },
        spec: { containers: [{ name: 'token-test', image }], serviceAccountName: account, ...own },
      });
      const mounts = pod.spec.containers[0].volumeMounts ?? [];
      const isMounted = mounts.some(({ mountPath }: Loose) => mountPath === tokenPath);
      assert.equal(isMounted, byPod ?? byAccount ?? true, name);
    }
});

test('ServiceAccounts should create a serviceAccountToken and ensure a successful TokenReview', async () => {
  const space = await namespace('svcaccounts');
  const created = await api.create(accountsOf(space), { metadata: { name: 'e2e-sa' } });
  assert.equal(created.metadata.name, 'e2e-sa');
  const request = await api.create(`${accountsOf(space)}/e2e-sa/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600 },
  });
  const { token } = request.status;
  assert.ok(token);
  const review = await api.create('/apis/authentication.k8s.io/v1/tokenreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token },
  });
  assert.equal(review.status.error, undefined);
  assert.equal(review.status.authenticated, true);
  assert.equal(review.status.user.username, `system:serviceaccount:${space}:e2e-sa`);
});

test('ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace', async () => {
  const path = `/api/v1/namespaces/${await namespace('svcaccounts')}/configmaps/kube-root-ca.crt`;
  const { data } = await untilIs(api, path, Boolean);
  assert.match(data['ca.crt'], /BEGIN CERTIFICATE/);
  await api.delete(path);
  const again = await until('the config map to be back', async () => {
    const { status, json } = await api.raw('GET', path);
    return status === 200 && json;
  });
  assert.deepEqual(again.data, data);
  await api.modify(path, (object) => {
    object.data = { 'ca.crt': '' };
  });
  await untilIs(api, path, (object) => object.data['ca.crt'] === data['ca.crt']);
});

test('ServiceAccounts should run through the lifecycle of a ServiceAccount', async () => {
  const space = await namespace('svcaccounts');
  const label = 'test-serviceaccount-static=true';
  const chosen = (path: string) => `${path}?labelSelector=${encodeURIComponent(label)}`;
  const watch = await api.watch(chosen(accountsOf(space)));
  const path = `${accountsOf(space)}/testserviceaccount`;
  await api.create(accountsOf(space), {
    metadata: { name: 'testserviceaccount', labels: { 'test-serviceaccount-static': 'true' } },
  });
  const added = await watch.next();
  assert.deepEqual([added.type, added.object.metadata.name], ['ADDED', 'testserviceaccount']);
  await api.patch(path, { automountServiceAccountToken: false }, 'strategic');
  const modified = await watch.until(({ type }) => type === 'MODIFIED');
  assert.equal(modified.object.automountServiceAccountToken, false);
  const { items } = await api.get(chosen('/api/v1/serviceaccounts'));
  const found = items.find(({ metadata }: Loose) => metadata.namespace === space);
  assert.equal(found.metadata.name, 'testserviceaccount');
  assert.equal(found.automountServiceAccountToken, false);
  await api.delete(chosen(accountsOf(space)));
  const deleted = await watch.until(({ type }) => type === 'DELETED');
  assert.equal(deleted.object.metadata.name, 'testserviceaccount');
  watch.stop();
});

test('ServiceAccounts should update a ServiceAccount', async () => {
  const space = await namespace('svcaccounts');
  const path = `${accountsOf(space)}/e2e-sa`;
  await api.create(accountsOf(space), { metadata: { name: 'e2e-sa' }, automountServiceAccountToken: false });
  const updated = await api.modify(path, (account) => {
    account.automountServiceAccountToken = true;
  });
  assert.equal(updated.automountServiceAccountToken, true);
  assert.equal((await api.get(path)).automountServiceAccountToken, true);
});

test('SubjectReview should support SubjectReview API operations', async () => {
  const space = await namespace('subjectreview');
  await api.create(accountsOf(space), { metadata: { name: 'e2e' } });
  const user = `system:serviceaccount:${space}:e2e`;
  const groups = ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${space}`];
  const asAccount = api.with({ 'impersonate-user': user });
  const configMaps = `/api/v1/namespaces/${space}/configmaps`;
  const resourceAttributes = { namespace: space, verb: 'list', resource: 'configmaps', version: 'v1' };
  const spec = { user, groups, resourceAttributes };
  const group = '/apis/authorization.k8s.io/v1';
  const isAllowed = async (path: string, kind: string) => {
    const body = { apiVersion: 'authorization.k8s.io/v1', kind, metadata: { namespace: space }, spec };
    if (kind === 'SubjectAccessReview') body.metadata = {} as typeof body.metadata;
    return (await api.create(path, body)).status.allowed;
  };
  const check = async (expected: boolean) => {
    const { status } = await asAccount.raw('GET', configMaps);
    assert.equal(status, expected ? 200 : 403);
    assert.equal(await isAllowed(`${group}/subjectaccessreviews`, 'SubjectAccessReview'), expected);
    const local = `${group}/namespaces/${space}/localsubjectaccessreviews`;
    assert.equal(await isAllowed(local, 'LocalSubjectAccessReview'), expected);
  };
  await check(false);
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${space}`;
  await api.create(`${rbac}/rolebindings`, {
    metadata: { name: 'view' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'ServiceAccount', name: 'e2e', namespace: space }],
  });
  await check(true);
});
