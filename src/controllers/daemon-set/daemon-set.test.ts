import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { daemonSet } from '../../api/apps/daemon-set.ts';
import { node } from '../../api/core/node.ts';
import { pod } from '../../api/core/pod.ts';
import type { DaemonSet } from '../../api/schema/generated/types/apps-v1.ts';
import { readyNode, startCluster, type TestCluster } from '../testing/cluster.ts';
import { behaviourAnnotation, endPod } from '../testing/pretended-node.ts';
import { daemonSetController } from './daemon-set.ts';

const ref = { namespace: 'default', name: 'agent' };

function agent(spec: Partial<NonNullable<DaemonSet['spec']>> = {}) {
  return {
    metadata: ref,
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: template('agent:1'),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      ...spec,
    },
  };
}

function template(image: string, annotations = {}, podSpec = {}) {
  return {
    metadata: { labels: { app: 'agent' }, annotations },
    spec: { containers: [{ name: 'agent', image }], ...podSpec },
  };
}

function start(t: TestContext, nodes = ['n1', 'n2', 'n3']) {
  return startCluster(t, { controllers: [daemonSetController()], nodes });
}

async function places(cluster: TestCluster) {
  const { items } = await cluster.client.list(pod);
  return items
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(({ spec }) => `${spec?.nodeName} ${spec?.containers[0]?.image}`)
    .sort();
}

test('one pod on each node, new nodes included, with tolerations and counts', async (t) => {
  const cluster = await start(t, ['n1', 'n2']);
  const { client, eventually } = cluster;
  await client.create(daemonSet, agent());
  await eventually(async () => assert.deepEqual(await places(cluster), ['n1 agent:1', 'n2 agent:1']));
  await client.create(node, readyNode('n3'));
  await eventually(async () => {
    const { status } = await client.get(daemonSet, ref);
    const {
      desiredNumberScheduled,
      currentNumberScheduled,
      numberReady,
      numberAvailable,
      updatedNumberScheduled,
      numberMisscheduled,
    } = status ?? {};
    assert.deepEqual(
      [
        desiredNumberScheduled,
        currentNumberScheduled,
        numberReady,
        numberAvailable,
        updatedNumberScheduled,
        numberMisscheduled,
      ],
      [3, 3, 3, 3, 3, 0],
    );
  });
  const [one] = (await client.list(pod)).items;
  assert.ok(
    one?.spec?.tolerations?.some(({ key, effect }) => key === 'node.kubernetes.io/not-ready' && effect === 'NoExecute'),
  );
  assert.match(one?.metadata.labels?.['controller-revision-hash'] ?? '', /^\w{10}$/);
});

test('node selectors, taints and labels decide where daemons run', async (t) => {
  const cluster = await start(t);
  const { client, eventually } = cluster;
  await client.patch(node, { name: 'n1' }, { type: 'merge', body: { metadata: { labels: { disk: 'ssd' } } } });
  await client.patch(
    node,
    { name: 'n2' },
    {
      type: 'merge',
      body: { metadata: { labels: { disk: 'ssd' } }, spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } },
    },
  );
  await client.create(daemonSet, agent({ template: template('agent:1', {}, { nodeSelector: { disk: 'ssd' } }) }));
  await eventually(async () => assert.deepEqual(await places(cluster), ['n1 agent:1']));
  await client.patch(node, { name: 'n2' }, { type: 'merge', body: { spec: { taints: null } } });
  await client.patch(node, { name: 'n3' }, { type: 'merge', body: { metadata: { labels: { disk: 'ssd' } } } });
  await eventually(async () => assert.deepEqual(await places(cluster), ['n1 agent:1', 'n2 agent:1', 'n3 agent:1']));
  await client.patch(node, { name: 'n1' }, { type: 'merge', body: { metadata: { labels: { disk: null } } } });
  await client.patch(
    node,
    { name: 'n2' },
    { type: 'merge', body: { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } } },
  );
  await client.patch(
    node,
    { name: 'n3' },
    { type: 'merge', body: { spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } } },
  );
  await eventually(async () =>
    assert.deepEqual(await places(cluster), ['n2 agent:1'], 'NoSchedule leaves a pod where it is'),
  );
});

test('a rolling update takes one pod after the other', async (t) => {
  const cluster = await start(t);
  const { client, eventually } = cluster;
  await client.create(daemonSet, agent());
  await eventually(async () => assert.equal((await client.get(daemonSet, ref)).status?.numberAvailable, 3));
  let fewest = 3;
  client.view(pod).onChange(() => {
    const ready = client
      .view(pod)
      .list()
      .filter(
        ({ status, metadata }) =>
          status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') && !metadata.deletionTimestamp,
      );
    fewest = Math.min(fewest, ready.length);
  });
  const object = await client.get(daemonSet, ref);
  await client.update(daemonSet, { ...object, spec: { ...agent().spec, template: template('agent:2') } });
  await eventually(async () => {
    assert.deepEqual(await places(cluster), ['n1 agent:2', 'n2 agent:2', 'n3 agent:2']);
    assert.equal((await client.get(daemonSet, ref)).status?.updatedNumberScheduled, 3);
  });
  assert.equal(fewest, 2);
});

test('an update to pods that do not get ready stops after the first', async (t) => {
  const cluster = await start(t);
  const { client, eventually } = cluster;
  await client.create(daemonSet, agent());
  await eventually(async () => assert.equal((await client.get(daemonSet, ref)).status?.numberAvailable, 3));
  const object = await client.get(daemonSet, ref);
  await client.update(daemonSet, {
    ...object,
    spec: { ...agent().spec, template: template('agent:bad', { [behaviourAnnotation]: 'unready' }) },
  });
  await eventually(async () =>
    assert.equal((await places(cluster)).filter((place) => place.endsWith('bad')).length, 1),
  );
  await cluster.settle();
  assert.equal((await places(cluster)).filter((place) => place.endsWith('bad')).length, 1);
});

test('with a surge the new pod comes before the old one goes', async (t) => {
  const cluster = await start(t);
  const { client, eventually } = cluster;
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  await client.create(daemonSet, agent({ updateStrategy }));
  await eventually(async () => assert.equal((await client.get(daemonSet, ref)).status?.numberAvailable, 3));
  let fewest = 3;
  client.view(pod).onChange(() => {
    fewest = Math.min(
      fewest,
      client
        .view(pod)
        .list()
        .filter(({ metadata, status }) => !metadata.deletionTimestamp && status?.phase === 'Running').length,
    );
  });
  const object = await client.get(daemonSet, ref);
  await client.update(daemonSet, {
    ...object,
    spec: { ...agent({ updateStrategy }).spec, template: template('agent:2') },
  });
  await eventually(async () => assert.deepEqual(await places(cluster), ['n1 agent:2', 'n2 agent:2', 'n3 agent:2']));
  assert.equal(fewest, 3);
});

test('a failed daemon pod is replaced', async (t) => {
  const cluster = await start(t, ['n1']);
  const { client, eventually } = cluster;
  await client.create(daemonSet, agent());
  const [first] = await eventually(async () => {
    const { items } = await client.list(pod);
    assert.equal(items[0]?.status?.phase, 'Running');
    return items;
  });
  assert.ok(first);
  await endPod(client, first, { phase: 'Failed', atMs: cluster.clock.now() });
  await eventually(async () => {
    const [now] = (await client.list(pod)).items;
    assert.ok(now && now.metadata.uid !== first.metadata.uid && now.status?.phase === 'Running');
  });
  assert.ok(cluster.events.some(({ reason }) => reason === 'FailedDaemonPod'));
});
