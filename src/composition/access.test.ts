import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { namespace } from '../api/core/namespace.ts';
import { node } from '../api/core/node.ts';
import { persistentVolume } from '../api/core/persistent-volume.ts';
import { pod } from '../api/core/pod.ts';
import { serviceAccount } from '../api/core/service-account.ts';
import { builtInKinds } from '../api/kinds.ts';
import { clusterRole } from '../api/rbac/cluster-role.ts';
import { clusterRoleBinding } from '../api/rbac/cluster-role-binding.ts';
import { roleBinding } from '../api/rbac/role-binding.ts';
import type { TokenRequest } from '../api/schema/generated/types/authentication-v1.ts';
import { isApiError } from '../api/status.ts';
import { csiDriver } from '../api/storage/csi-driver.ts';
import { volumeAttachment } from '../api/storage/volume-attachment.ts';
import { ensureBootstrapPolicy } from '../apiserver/authorization/bootstrap/ensure.ts';
import type { UserInfo } from '../apiserver/contract.ts';
import { createInProcessClient } from '../apiserver/in-process-client.ts';
import { type CachedRegistry, openRegistry } from '../apiserver/registry/registry.ts';
import { FakeClock } from '../base/clock.ts';
import type { Client } from '../client/client.ts';
import { createSigningKey } from '../cluster/pki/certificate.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { type Access, createAccess } from './access.ts';
import { controllerUser, nodeUser } from './identities.ts';

// Who somebody is and what he may do, over a real registry with the bootstrap policy.
let folder = '';
let store: Store;
let registry: CachedRegistry;
let client: Client;
let access: Access;
const clock = new FakeClock(Date.now());

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'k3ts-access-'));
  store = await openSqliteStore({ file: join(folder, 'state.db') });
  registry = await openRegistry({ store, kinds: builtInKinds, clock, freeze: true });
  client = createInProcessClient({ registry, user: { name: 'admin', groups: ['system:masters'] } });
  for (const name of ['default', 'kube-system', 'team']) await client.create(namespace, { metadata: { name } });
  await ensureBootstrapPolicy(client);
  access = await createAccess({
    client,
    serviceAccountKeyPem: await createSigningKey(),
    clusterDomain: 'cluster.local',
    clock,
  });
});

after(async () => {
  registry.close();
  await store.close();
  await rm(folder, { recursive: true });
});

async function may(
  user: UserInfo,
  verb: string,
  what: string,
  more: { namespace?: string; name?: string; fieldSelector?: string } = {},
) {
  const [path = '', subresource = ''] = what.split('/');
  const [plural = '', ...group] = path.split('.');
  const { namespace: ns = '', name = '', ...selector } = more;
  const resource = { group: group.join('.'), version: 'v1', plural, subresource, namespace: ns, name, ...selector };
  return (await access.authorizer.authorize({ user, verb, resource })).decision === 'allow';
}

async function makePod(name: string, nodeName: string, secretName?: string): Promise<string> {
  const made = await client.create(pod, {
    metadata: { name, namespace: 'team' },
    spec: {
      nodeName,
      serviceAccountName: 'app',
      containers: [{ name: 'c', image: 'i' }],
      ...(secretName && { volumes: [{ name: 'v', secret: { secretName } }] }),
    },
  });
  return made.metadata.uid ?? '';
}

test('a node reads the secrets of its own pods, and no others', async () => {
  await client.create(node, { metadata: { name: 'n1' } });
  await client.create(serviceAccount, { metadata: { name: 'app', namespace: 'team' } });
  await makePod('with-secret', 'n1', 'password');
  const [n1, n2] = [nodeUser('n1'), nodeUser('n2')];
  const secret = { namespace: 'team', name: 'password' };
  assert.equal(await may(n1, 'get', 'secrets', secret), true);
  assert.equal(await may(n2, 'get', 'secrets', secret), false);
  assert.equal(await may(n1, 'get', 'secrets', { namespace: 'team', name: 'another' }), false);
  assert.equal(await may(n1, 'list', 'secrets'), false);
  assert.equal(await may(n1, 'delete', 'secrets', secret), false);
  assert.equal(await may(n1, 'create', 'serviceaccounts/token', { namespace: 'team', name: 'app' }), true);
  assert.equal(await may(n2, 'create', 'serviceaccounts/token', { namespace: 'team', name: 'app' }), false);
  await client.delete(pod, { namespace: 'team', name: 'with-secret' }, { gracePeriodSeconds: 0 });
  assert.equal(await may(n1, 'get', 'secrets', secret), false);
});

test('a node sees itself and its own pods', async () => {
  await makePod('mine', 'n1');
  const [n1, n2] = [nodeUser('n1'), nodeUser('n2')];
  const mine = { namespace: 'team', name: 'mine' };
  assert.deepEqual([await may(n1, 'get', 'pods', mine), await may(n2, 'get', 'pods', mine)], [true, false]);
  assert.equal(await may(n1, 'list', 'pods'), false);
  assert.equal(await may(n1, 'watch', 'pods', { fieldSelector: 'spec.nodeName=n1' }), true);
  assert.equal(await may(n1, 'watch', 'pods', { fieldSelector: 'spec.nodeName=n2' }), false);
  assert.equal(await may(n1, 'watch', 'pods', { fieldSelector: 'spec.nodeName!=n2' }), false);
  assert.deepEqual(
    [await may(n1, 'get', 'nodes', { name: 'n1' }), await may(n1, 'get', 'nodes', { name: 'n2' })],
    [true, false],
  );
  assert.equal(await may(n1, 'list', 'nodes'), false);
  assert.equal(await may(n1, 'list', 'nodes', { fieldSelector: 'metadata.name=n1' }), true);
  await client.delete(pod, mine, { gracePeriodSeconds: 0 });
});

test('a node has its own lease, status and pods', async () => {
  const n1 = nodeUser('n1');
  const lease = (name: string) => ({ namespace: 'kube-node-lease', name });
  assert.equal(await may(n1, 'update', 'leases.coordination.k8s.io', lease('n1')), true);
  assert.equal(await may(n1, 'update', 'leases.coordination.k8s.io', lease('n2')), false);
  assert.equal(await may(n1, 'patch', 'nodes/status', { name: 'n1' }), true);
  assert.equal(await may(n1, 'patch', 'pods/status', { namespace: 'team', name: 'p' }), true);
  assert.equal(await may(n1, 'create', 'deployments.apps', { namespace: 'team' }), false);
  const impostor: UserInfo = { name: 'system:node:n1', groups: ['system:authenticated'] };
  assert.equal(await may(impostor, 'patch', 'nodes/status', { name: 'n1' }), false);
});

test('a node reads what the volumes and devices of its pods need', async () => {
  const [n1, n2] = [nodeUser('n1'), nodeUser('n2')];
  await client.create(pod, {
    metadata: { name: 'with-claims', namespace: 'team' },
    spec: {
      nodeName: 'n1',
      containers: [{ name: 'c', image: 'i' }],
      volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
      resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu-1' }],
    },
  });
  await client.create(persistentVolume, {
    metadata: { name: 'pv-1' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: 'team', name: 'data' },
      csi: {
        driver: 'csi.example.com',
        volumeHandle: 'h',
        nodePublishSecretRef: { namespace: 'kube-system', name: 'csi-secret' },
      },
    },
  });
  await client.create(volumeAttachment, {
    metadata: { name: 'attached' },
    spec: { attacher: 'csi.example.com', nodeName: 'n1', source: { persistentVolumeName: 'pv-1' } },
  });
  const cases = [
    ['get', 'persistentvolumeclaims', { namespace: 'team', name: 'data' }],
    ['patch', 'persistentvolumeclaims/status', { namespace: 'team', name: 'data' }],
    ['get', 'persistentvolumes', { name: 'pv-1' }],
    ['get', 'secrets', { namespace: 'kube-system', name: 'csi-secret' }],
    ['get', 'volumeattachments.storage.k8s.io', { name: 'attached' }],
    ['get', 'resourceclaims.resource.k8s.io', { namespace: 'team', name: 'gpu-1' }],
    ['update', 'csinodes.storage.k8s.io', { name: 'n1' }],
    ['list', 'resourceslices.resource.k8s.io', { fieldSelector: 'spec.nodeName=n1' }],
  ] as const;
  for (const [verb, what, more] of cases)
    assert.deepEqual([await may(n1, verb, what, more), await may(n2, verb, what, more)], [true, false], what);
  assert.equal(await may(n1, 'list', 'resourceslices.resource.k8s.io'), false);
  assert.equal(await may(n1, 'list', 'csinodes.storage.k8s.io'), false);
  await client.delete(pod, { namespace: 'team', name: 'with-claims' }, { gracePeriodSeconds: 0 });
  for (const [verb, what, more] of cases.slice(0, 4)) assert.equal(await may(n1, verb, what, more), false, what);
});

test('a controller may do its own work only', async () => {
  const replicaSets = controllerUser('replicaset-controller');
  assert.equal(await may(replicaSets, 'create', 'pods', { namespace: 'team' }), true);
  assert.equal(await may(replicaSets, 'get', 'secrets', { namespace: 'team', name: 's' }), false);
  assert.equal(await may(replicaSets, 'update', 'replicasets.apps/status', { namespace: 'team', name: 'r' }), true);
});

test('a role binding counts in its namespace only', async () => {
  await client.create(clusterRole, {
    metadata: { name: 'reader' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
  });
  await client.create(roleBinding, {
    metadata: { name: 'reader', namespace: 'team' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
    subjects: [
      { kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' },
      { kind: 'ServiceAccount', name: 'app', namespace: 'team' },
    ],
  });
  const jane: UserInfo = { name: 'jane', groups: ['system:authenticated'] };
  assert.equal(await may(jane, 'get', 'configmaps', { namespace: 'team', name: 'c' }), true);
  assert.equal(await may(jane, 'get', 'configmaps', { namespace: 'default', name: 'c' }), false);
  assert.equal(await may(jane, 'update', 'configmaps', { namespace: 'team', name: 'c' }), false);
  const account: UserInfo = { name: 'system:serviceaccount:team:app', groups: [] };
  assert.equal(await may(account, 'list', 'configmaps', { namespace: 'team' }), true);
  await client.delete(roleBinding, { namespace: 'team', name: 'reader' });
  assert.equal(await may(jane, 'get', 'configmaps', { namespace: 'team', name: 'c' }), false);
});

test('every authenticated user may discover the API and ask about himself', async () => {
  const anybody: UserInfo = { name: 'x', groups: ['system:authenticated'] };
  assert.equal(await may(anybody, 'create', 'selfsubjectaccessreviews.authorization.k8s.io'), true);
  const { decision } = await access.authorizer.authorize({ user: anybody, verb: 'get', path: '/apis/apps' });
  assert.equal(decision, 'allow');
  assert.equal(await may(anybody, 'list', 'pods', { namespace: 'team' }), false);
});

test('a bootstrap role gets back what it lost, and keeps what it was given', async () => {
  const before = client.view(clusterRole).get('system:basic-user');
  assert.ok(before?.rules);
  const extra = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
  await client.update(clusterRole, { ...before, rules: [extra] });
  await ensureBootstrapPolicy(client);
  const repaired = client.view(clusterRole).get('system:basic-user')?.rules ?? [];
  assert.ok(repaired.some(({ resources }) => resources?.includes('pods')));
  assert.ok(repaired.some(({ resources }) => resources?.includes('selfsubjectreviews')));
});

const authorizationOf = (token: string) => ({
  headers: { authorization: `Bearer ${token}` },
  rawHeaders: [],
  path: '/api',
});
const { signal } = new AbortController();
const unauthorized = (error: unknown) => isApiError(error, 'Unauthorized');

async function requestToken(
  spec: Partial<NonNullable<TokenRequest['spec']>>,
  user: UserInfo = { name: 'admin', groups: [] },
) {
  const request: TokenRequest = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: {},
    spec: { audiences: [], ...spec },
  };
  return (await access.tokenRequest({ namespace: 'team', name: 'app' }, request, user)).status?.token ?? '';
}

test('a token speaks for its service account and says which pod it is of', async () => {
  const uid = await makePod('holder', 'n1');
  const token = await requestToken({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'holder', uid } });
  const user = await access.authenticator.authenticate(authorizationOf(token), signal);
  assert.equal(user?.name, 'system:serviceaccount:team:app');
  assert.deepEqual(user?.groups, ['system:serviceaccounts', 'system:serviceaccounts:team', 'system:authenticated']);
  assert.deepEqual(user?.extra?.['authentication.kubernetes.io/pod-name'], ['holder']);
  assert.deepEqual(user?.extra?.['authentication.kubernetes.io/node-name'], ['n1']);
});

test('a token dies with the pod that it is bound to', async () => {
  const uid = await makePod('short-lived', 'n1');
  const token = await requestToken({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'short-lived', uid } });
  assert.ok(await access.authenticator.authenticate(authorizationOf(token), signal));
  await client.delete(pod, { namespace: 'team', name: 'short-lived' }, { gracePeriodSeconds: 0 });
  await assert.rejects(access.authenticator.authenticate(authorizationOf(token), signal), unauthorized);
});

test('a token for another audience, a forged one and an expired one are refused', async () => {
  const elsewhere = await requestToken({ audiences: ['vault'] });
  await assert.rejects(access.authenticator.authenticate(authorizationOf(elsewhere), signal), unauthorized);
  const token = await requestToken({});
  const [head, body, signature = ''] = token.split('.');
  const forged = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  await assert.rejects(access.authenticator.authenticate(authorizationOf(forged), signal), unauthorized);
  assert.ok(await access.authenticator.authenticate(authorizationOf(token), signal));
  await clock.advance(3_650_000);
  assert.ok(await access.authenticator.authenticate(authorizationOf(token), signal), 'clocks differ by a minute');
  await clock.advance(11_000);
  await assert.rejects(access.authenticator.authenticate(authorizationOf(token), signal), unauthorized);
});

test('what is no token of ours is left to others', async () => {
  for (const token of ['x', 'a.b.c', `${btoa('{}')}.${btoa('{"iss":"somebody"}')}.x`])
    assert.equal(await access.authenticateToken(token, signal), undefined, token);
  assert.equal(
    await access.authenticator.authenticate({ headers: {}, rawHeaders: [], path: '/api' }, signal),
    undefined,
  );
});

test('a token that a pod gets unasked outlives what the node is told, for programs that read theirs once', async () => {
  const uid = await makePod('old-program', 'n1');
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'old-program', uid };
  const lifeOf = (token: string) => {
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return [payload.exp - payload.iat, payload['kubernetes.io'].warnafter - payload.iat];
  };
  assert.deepEqual(lifeOf(await requestToken({ boundObjectRef, expirationSeconds: 3607 })), [365 * 24 * 3600, 3607]);
  assert.equal(lifeOf(await requestToken({ boundObjectRef, expirationSeconds: 3608 }))[0], 3608);
  assert.equal(lifeOf(await requestToken({ expirationSeconds: 3607 }))[0], 3607);
  const elsewhere = await requestToken({ boundObjectRef, expirationSeconds: 3607, audiences: ['vault'] });
  assert.equal(lifeOf(elsewhere)[0], 3607);
});

async function makePodWithTokens(name: string, ...audiences: readonly (string | undefined)[]) {
  const sources = audiences.map((audience, at) => ({
    serviceAccountToken: { path: `token-${at}`, ...(audience !== undefined && { audience }) },
  }));
  const made = await client.create(pod, {
    metadata: { name, namespace: 'team' },
    spec: {
      nodeName: 'n1',
      serviceAccountName: 'app',
      containers: [{ name: 'c', image: 'i' }],
      volumes: [
        { name: 't', projected: { sources } },
        { name: 'd', csi: { driver: 'csi.example.com' } },
      ],
    },
  });
  return { apiVersion: 'v1', kind: 'Pod', name, uid: made.metadata.uid ?? '' };
}

test('a node gets tokens for pods of its own only', async () => {
  const boundObjectRef = await makePodWithTokens('of-n1', undefined);
  assert.ok(await requestToken({ boundObjectRef }, nodeUser('n1')));
  await assert.rejects(requestToken({ boundObjectRef }, nodeUser('n2')), (error) => isApiError(error, 'Forbidden'));
  await assert.rejects(requestToken({}, nodeUser('n1')), /not bound to a pod/);
});

test('a node gets tokens for those only whom the volumes of its pod name', async () => {
  const boundObjectRef = await makePodWithTokens('with-tokens', 'vault');
  const metadata = { name: 'csi.example.com' };
  await client.create(csiDriver, { metadata, spec: { tokenRequests: [{ audience: 'storage' }] } });
  for (const audience of ['vault', 'storage'])
    assert.ok(await requestToken({ boundObjectRef, audiences: [audience] }, nodeUser('n1')));
  await assert.rejects(
    requestToken({ boundObjectRef, audiences: ['bank'] }, nodeUser('n1')),
    /audience "bank" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience/,
  );
  await assert.rejects(
    requestToken({ boundObjectRef, audiences: ['vault', 'storage'] }, nodeUser('n1')),
    /node may only request 0 or 1 audiences/,
  );
  // This server is an audience like others: not every pod may speak to it.
  await assert.rejects(requestToken({ boundObjectRef }, nodeUser('n1')), /audience "" not found in pod spec volume/);
  await client.create(clusterRole, {
    metadata: { name: 'bank-tokens' },
    rules: [{ apiGroups: [''], resources: ['bank'], verbs: ['request-serviceaccounts-token-audience'] }],
  });
  await client.create(clusterRoleBinding, {
    metadata: { name: 'bank-tokens' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'bank-tokens' },
    subjects: [{ kind: 'Group', name: 'system:nodes', apiGroup: 'rbac.authorization.k8s.io' }],
  });
  // What the node authorizer has no opinion on, roles may allow.
  assert.ok(await requestToken({ boundObjectRef, audiences: ['bank'] }, nodeUser('n1')));
});

test('token requests are checked', async () => {
  await assert.rejects(requestToken({ expirationSeconds: 60 }), /may not specify a duration less than 10 minutes/);
  const wrong = { apiVersion: 'v1', kind: 'Pod', name: 'holder', uid: 'another' };
  await assert.rejects(requestToken({ boundObjectRef: wrong }), /the UID in the bound object reference/);
  await assert.rejects(
    requestToken({ boundObjectRef: { kind: 'ConfigMap', name: 'c' } }),
    /cannot bind token to object of type/,
  );
});

test('a token review names the user of a good token and explains a bad one', async () => {
  const review = (token: string) =>
    access.reviews.tokenReview({ apiVersion: 'v1', kind: 'TokenReview', metadata: {}, spec: { token } });
  const good = await review(await requestToken({}));
  assert.equal(good.status?.authenticated, true);
  assert.equal(good.status?.user?.username, 'system:serviceaccount:team:app');
  assert.equal((await review('nonsense')).status?.authenticated, undefined);
});

test('a rules review lists what a user may do in a namespace', () => {
  const spec = { namespace: 'team' };
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', metadata: {}, spec };
  const { status } = access.reviews.rulesReview(review, controllerUser('replicaset-controller'));
  assert.ok(
    status?.resourceRules.some(({ resources, verbs }) => resources?.includes('pods') && verbs.includes('create')),
  );
  assert.ok(status?.nonResourceRules);
});
