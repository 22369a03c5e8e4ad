import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../harness/wait.ts';
import type { Loose } from '../harness/api.ts';
import { image } from '../harness/objects.ts';
import { startControlPlane, untilGone, untilIs } from '../harness/server.ts';

const { api, namespace } = await startControlPlane({ nodes: ['n1'] });

/** How long it is looked whether what must stay does stay. */
const stayMs = 1_500;
const podTemplate = (labels: Loose) => ({
  metadata: { labels },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'nginx', image }] },
});
const controllerOf = (name: string, replicas: number, labels: Loose) => ({
  metadata: { name },
  spec: { replicas, selector: labels, template: podTemplate(labels) },
});
const deploymentOf = (name: string, labels: Loose) => ({
  metadata: { name },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    strategy: { type: 'RollingUpdate' },
    template: podTemplate(labels),
  },
});

async function places(base: string) {
  const name = await namespace(base);
  const core = `/api/v1/namespaces/${name}`;
  const apps = `/apis/apps/v1/namespaces/${name}`;
  return {
    pods: `${core}/pods`,
    controllers: `${core}/replicationcontrollers`,
    deployments: `${apps}/deployments`,
    replicaSets: `${apps}/replicasets`,
  };
}

const withOptions = (object: Loose, propagationPolicy: string) => ({
  propagationPolicy,
  preconditions: { uid: object.metadata.uid },
});

const count = async (path: string): Promise<number> => (await api.get(path)).items.length;
const untilCount = (path: string, wanted: number) =>
  until(`${wanted} objects at ${path}`, async () => (await count(path)) === wanted, { everyMs: 20 });

test('Garbage collector should delete pods created by rc when not orphaning', async () => {
  const { pods, controllers } = await places('gc');
  const path = `${controllers}/simpletest.rc`;
  const controller = await api.create(controllers, controllerOf('simpletest.rc', 2, { gctest: 'delete_pods' }));
  await until('a pod', async () => (await count(pods)) >= 1);
  await api.delete(path, withOptions(controller, 'Background'));
  await untilCount(pods, 0);
  await untilGone(api, path);
});

test('Garbage collector should orphan pods created by rc if delete options say so [Serial]', async () => {
  const { pods, controllers } = await places('gc');
  const path = `${controllers}/simpletest.rc`;
  const replicas = 20;
  const controller = await api.create(controllers, controllerOf('simpletest.rc', replicas, { gctest: 'orphan_pods' }));
  await untilIs(api, path, ({ status }) => status.replicas === replicas);
  await api.delete(path, withOptions(controller, 'Orphan'));
  await untilGone(api, path);
  await delay(stayMs);
  const left = (await api.get(pods)).items;
  assert.equal(left.length, replicas);
  for (const { metadata } of left) {
    assert.equal(metadata.deletionTimestamp, undefined);
    assert.equal(metadata.ownerReferences, undefined);
  }
});

test('Garbage collector should delete RS created by deployment when not orphaning', async () => {
  const { pods, deployments, replicaSets } = await places('gc');
  const path = `${deployments}/simpletest.deployment`;
  const deployment = await api.create(deployments, deploymentOf('simpletest.deployment', { gctest: 'delete_rs' }));
  await untilCount(replicaSets, 1);
  await api.delete(path, withOptions(deployment, 'Background'));
  await untilCount(replicaSets, 0);
  await untilCount(pods, 0);
  await untilGone(api, path);
});

test('Garbage collector should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan', async () => {
  const { pods, deployments, replicaSets } = await places('gc');
  const path = `${deployments}/simpletest.deployment`;
  const deployment = await api.create(deployments, deploymentOf('simpletest.deployment', { gctest: 'orphan_rs' }));
  await untilCount(replicaSets, 1);
  await untilCount(pods, 2);
  await api.delete(path, withOptions(deployment, 'Orphan'));
  await untilGone(api, path);
  await delay(stayMs);
  const { items } = await api.get(replicaSets);
  assert.equal(items.length, 1);
  assert.equal(items[0].metadata.ownerReferences, undefined);
  assert.equal(await count(pods), 2);
});

test('Garbage collector should keep the rc around until all its pods are deleted if the deleteOptions says so [Serial]', async () => {
  const { pods, controllers } = await places('gc');
  const path = `${controllers}/simpletest.rc`;
  const replicas = 20;
  const controller = await api.create(
    controllers,
    controllerOf('simpletest.rc', replicas, { gctest: 'delete_pods_foreground' }),
  );
  await untilIs(api, path, ({ status }) => status.replicas === replicas);
  const watch = await api.watch(`${controllers}?resourceVersion=${controller.metadata.resourceVersion}`);
  const answer = await api.delete(path, withOptions(controller, 'Foreground'));
  assert.ok(answer.metadata.deletionTimestamp);
  assert.ok(answer.metadata.finalizers.includes('foregroundDeletion'));
  await watch.until(({ type }) => type === 'DELETED', 20_000);
  watch.stop();
  assert.equal(await count(pods), 0, 'no pod may be there after its controller');
});

test("Garbage collector should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted [Serial]", async () => {
  const { pods, controllers } = await places('gc');
  const replicas = 20;
  const first = await api.create(
    controllers,
    controllerOf('simpletest-rc-to-be-deleted', replicas, { gctest: 'valid_and_pending_owners_d' }),
  );
  const second = await api.create(
    controllers,
    controllerOf('simpletest-rc-to-stay', 0, { gctest: 'valid_and_pending_owners_s' }),
  );
  const path = `${controllers}/simpletest-rc-to-be-deleted`;
  await untilIs(api, path, ({ status }) => status.replicas === replicas);
  const half = (await api.get(pods)).items.slice(0, replicas / 2);
  const owner = {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    name: second.metadata.name,
    uid: second.metadata.uid,
  };
  for (const { metadata } of half)
    await api.patch(`${pods}/${metadata.name}`, { metadata: { ownerReferences: [owner] } }, 'strategic');
  await api.delete(path, withOptions(first, 'Foreground'));
  await untilGone(api, path);
  const left = (await api.get(pods)).items;
  assert.equal(left.length, half.length);
  for (const { metadata } of left) {
    assert.equal(metadata.deletionTimestamp, undefined);
    assert.deepEqual(
      metadata.ownerReferences.map(({ uid }: Loose) => uid),
      [second.metadata.uid],
    );
  }
});

test('Garbage collector should not be blocked by dependency circle', async () => {
  const { pods } = await places('gc');
  const created: Loose[] = [];
  for (const name of ['pod1', 'pod2', 'pod3'])
    created.push(await api.create(pods, { metadata: { name }, spec: podTemplate({}).spec }));
  const ownedBy = ({ metadata }: Loose) => ({
    metadata: {
      ownerReferences: [
        {
          apiVersion: 'v1',
          kind: 'Pod',
          name: metadata.name,
          uid: metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
  });
  const [pod1, pod2, pod3] = created;
  await api.patch(`${pods}/pod1`, ownedBy(pod3), 'strategic');
  await api.patch(`${pods}/pod2`, ownedBy(pod1), 'strategic');
  await api.patch(`${pods}/pod3`, ownedBy(pod2), 'strategic');
  await api.delete(`${pods}/pod1`, withOptions(pod1, 'Foreground'));
  await untilCount(pods, 0);
});
