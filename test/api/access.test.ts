import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testServer } from '../harness/k3ts.ts';
import { manifest } from '../harness/objects.ts';
import { until } from '../harness/wait.ts';

/** Who may what, asked of the real program by kubectl; the controllers run, a node does not. */
test('users, service accounts and nodes may what upstream lets them, and no more', async (t) => {
  const server = await testServer(t, { flags: ['--disable-agent'] });
  await server.start();
  const kubectl = (words: string, input?: string) =>
    server.kubectl(words.split(' '), input === undefined ? {} : { input });
  const refusal = async (words: string, input?: string) => {
    const { exitCode, stderr } = await server.tryKubectl(words.split(' '), input === undefined ? {} : { input });
    assert.notEqual(exitCode, 0, words);
    return stderr;
  };
  await until('the default service account', async () => {
    return (await server.tryKubectl(['get', 'serviceaccount', 'default'])).exitCode === 0;
  });

  await t.test('the roles and bindings of every cluster are there', async () => {
    const names = async (kind: string, ...flags: string[]) =>
      (await server.kubectl(['get', kind, '-o', 'name', ...flags])).replaceAll(/.*\//g, '').trim().split('\n');
    const roles = new Set(await names('clusterroles'));
    assert.deepEqual(
      upstreamRoles.filter((name) => !roles.has(name)),
      [],
    );
    const controllers = [...roles].filter((name) => name.startsWith('system:controller:'));
    const bindings = new Set(await names('clusterrolebindings'));
    const bound = [...upstreamBindings, ...controllers];
    assert.deepEqual(
      bound.filter((name) => !bindings.has(name)),
      [],
    );
    assert.deepEqual((await names('roles', '-n', 'kube-system')).sort(), [
      'extension-apiserver-authentication-reader',
      'system::leader-locking-kube-controller-manager',
      'system::leader-locking-kube-scheduler',
      'system:controller:bootstrap-signer',
      'system:controller:cloud-provider',
      'system:controller:token-cleaner',
    ]);
    assert.deepEqual(await names('roles', '-n', 'kube-public'), ['system:controller:bootstrap-signer']);
  });

  await t.test('view, edit and admin collect what roles with their labels give', async () => {
    const may = (who: string, words: string) =>
      server.tryKubectl(['auth', 'can-i', ...words.split(' '), '--as', who]).then(({ stdout }) => stdout.trim());
    for (const role of ['view', 'edit', 'admin'])
      await kubectl(`create rolebinding ${role} --clusterrole ${role} --user ${role}`);
    assert.deepEqual(await Promise.all(['view', 'edit', 'admin'].map((who) => may(who, 'get pods'))), [
      'yes',
      'yes',
      'yes',
    ]);
    assert.deepEqual([await may('view', 'get secrets'), await may('edit', 'get secrets')], ['no', 'yes']);
    assert.deepEqual([await may('edit', 'create roles'), await may('admin', 'create roles')], ['no', 'yes']);
    assert.equal(await may('view', 'get leases.coordination.k8s.io'), 'no');
    await server.apply(
      JSON.stringify({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'see-leases', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
        rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get'] }],
      }),
    );
    await until(
      'the role to be collected',
      async () => (await may('view', 'get leases.coordination.k8s.io')) === 'yes',
    );
    assert.match(await kubectl('auth can-i --list --as view'), /leases\.coordination\.k8s\.io +\[\] +\[\] +\[get\]/);
  });

  await t.test('nobody gives what he does not have', async () => {
    await kubectl(
      'create clusterrole grants --verb=create,get,update,patch --resource=roles.rbac.authorization.k8s.io,rolebindings.rbac.authorization.k8s.io,clusterroles.rbac.authorization.k8s.io',
    );
    await kubectl('create clusterrolebinding grants --clusterrole grants --user bob');
    assert.match(
      await refusal('create role r --verb=get --resource=secrets --as bob'),
      /roles\.rbac\.authorization\.k8s\.io "r" is forbidden: user "bob" \(groups=\["system:authenticated"\]\) is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\[""\], Resources:\["secrets"\], Verbs:\["get"\]\}/,
    );
    assert.match(await refusal('create rolebinding b --clusterrole admin --user bob --as bob'), /not currently held/);
    await kubectl('create role own --verb=create --resource=roles.rbac.authorization.k8s.io --as bob');
    assert.match(
      await refusal('get pods --as carol'),
      /pods is forbidden: User "carol" cannot list resource "pods" in API group "" in the namespace "default"/,
    );
  });

  await t.test('a token lives as long as the pod or secret it is bound to', async () => {
    const whoami = async (token: string) => {
      const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
      const words = 'create -f - -o jsonpath={.status.authenticated}:{.status.user.username}';
      return kubectl(words, JSON.stringify(review));
    };
    const account = 'true:system:serviceaccount:default:default';
    assert.equal(await whoami(await kubectl('create token default')), account);
    await kubectl('run bound --image=none');
    const token = await kubectl('create token default --bound-object-kind Pod --bound-object-name bound');
    assert.equal(await whoami(token), account);
    await kubectl('delete pod bound --force');
    assert.equal(await whoami(token), ':');

    const annotations = { 'kubernetes.io/service-account.name': 'default' };
    const metadata = { name: 'for-ever', annotations };
    const type = 'kubernetes.io/service-account-token';
    await server.apply(manifest({ apiVersion: 'v1', kind: 'Secret', metadata, type }));
    const encoded = await until('the token in the secret', () =>
      kubectl('get secret for-ever -o jsonpath={.data.token}').then((text) => text || undefined),
    );
    const lasting = Buffer.from(encoded, 'base64').toString();
    assert.equal(await whoami(lasting), account);
    await kubectl('delete secret for-ever');
    assert.equal(await whoami(lasting), ':');
  });

  await t.test('a node reads what its pods need and changes nothing of others', async () => {
    const asNode = '--as system:node:n1 --as-group system:nodes --as-group system:authenticated';
    const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
    await server.apply(manifest(node('n1'), node('n2')));
    await kubectl('create secret generic used --from-literal=a=b');
    await kubectl('create secret generic unused --from-literal=a=b');
    const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'used', key: 'a' } } }];
    const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'none', env }] };
    await server.apply(manifest({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'uses' }, spec }));
    assert.equal(await kubectl(`get secret used -o name ${asNode}`), 'secret/used\n');
    assert.match(
      await refusal(`get secret unused ${asNode}`),
      /User "system:node:n1" cannot get resource "secrets" in API group "" in the namespace "default": no relationship found between node 'n1' and this object/,
    );
    assert.match(await refusal(`get secrets ${asNode}`), /can only get, list, watch single objects of this type/);
    assert.match(await refusal(`get node n2 ${asNode}`), /only its own Node object/);
    assert.match(await refusal(`get pods ${asNode}`), /spec\.nodeName=n1/);
    assert.match(
      await refusal(`label node n1 node-restriction.kubernetes.io/x=y ${asNode}`),
      /is not allowed to modify labels: node-restriction\.kubernetes\.io\/x/,
    );
    await kubectl(`label node n1 example.com/x=y ${asNode}`);
  });
});

const upstreamBindings = [
  ...['cluster-admin', 'system:basic-user', 'system:discovery', 'system:kube-controller-manager', 'system:kube-dns'],
  ...['system:kube-scheduler', 'system:monitoring', 'system:node', 'system:node-proxier', 'system:public-info-viewer'],
  ...['system:service-account-issuer-discovery', 'system:volume-scheduler'],
];

const csr = 'system:certificates.k8s.io:';
const upstreamRoles = [
  ...['admin', 'cluster-admin', 'edit', 'view'],
  ...['admin', 'edit', 'view'].map((name) => `system:aggregate-to-${name}`),
  ...['auth-delegator', 'basic-user', 'discovery', 'heapster', 'kube-aggregator', 'kube-controller-manager'].map(
    system,
  ),
  ...['kube-dns', 'kube-scheduler', 'kubelet-api-admin', 'monitoring', 'node', 'node-bootstrapper'].map(system),
  ...['node-problem-detector', 'node-proxier', 'persistent-volume-provisioner', 'public-info-viewer'].map(system),
  ...['service-account-issuer-discovery', 'volume-scheduler'].map(system),
  ...['certificatesigningrequests:nodeclient', 'certificatesigningrequests:selfnodeclient'].map((name) => csr + name),
  ...['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving', 'legacy-unknown'].map(
    (name) => `${csr}${name}-approver`,
  ),
  ...`attachdetach-controller certificate-controller clusterrole-aggregation-controller cronjob-controller
    daemon-set-controller deployment-controller disruption-controller endpoint-controller endpointslice-controller
    endpointslicemirroring-controller ephemeral-volume-controller expand-controller generic-garbage-collector
    horizontal-pod-autoscaler job-controller legacy-service-account-token-cleaner namespace-controller node-controller
    persistent-volume-binder pod-garbage-collector pv-protection-controller pvc-protection-controller
    replicaset-controller replication-controller resource-claim-controller resourcequota-controller
    root-ca-cert-publisher route-controller service-account-controller service-cidrs-controller service-controller
    statefulset-controller ttl-after-finished-controller ttl-controller
    validatingadmissionpolicy-status-controller`
    .split(/\s+/)
    .map((name) => `system:controller:${name}`),
];

function system(name: string): string {
  return `system:${name}`;
}
