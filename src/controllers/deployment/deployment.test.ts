import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { deployment } from '../../api/apps/deployment.ts';
import { replicaSet } from '../../api/apps/replica-set.ts';
import { pod } from '../../api/core/pod.ts';
import { draftOf } from '../../api/object.ts';
import type { Deployment } from '../../api/schema/generated/types/apps-v1.ts';
import { replicaSetController } from '../replica-set/replica-set.ts';
import { startCluster, type TestCluster } from '../testing/cluster.ts';
import { behaviourAnnotation } from '../testing/pretended-node.ts';
import { deploymentController } from './deployment.ts';

const ref = { namespace: 'default', name: 'web' };

function start(t: TestContext) {
  return startCluster(t, { controllers: [deploymentController, replicaSetController] });
}

function web(spec: Partial<NonNullable<Deployment['spec']>> = {}, annotations: Record<string, string> = {}) {
  return {
    metadata: ref,
    spec: {
      replicas: 3,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      selector: { matchLabels: { app: 'web' } },
      template: template('web:1', annotations),
      ...spec,
    },
  };
}

function template(image: string, annotations: Record<string, string> = {}) {
  return { metadata: { labels: { app: 'web' }, annotations }, spec: { containers: [{ name: 'web', image }] } };
}

async function change(
  cluster: TestCluster,
  edit: (spec: NonNullable<ReturnType<typeof draftOf<Deployment>>['spec']>) => void,
) {
  for (;;) {
    const next = draftOf(await cluster.client.get(deployment, ref));
    assert.ok(next.spec);
    edit(next.spec);
    try {
      return await cluster.client.update(deployment, next as Deployment);
    } catch (error) {
      if (!(error instanceof Error && /modified/.test(error.message))) throw error;
    }
  }
}

function condition(object: Deployment, type: string) {
  const found = object.status?.conditions?.find((candidate) => candidate.type === type);
  return found && `${found.status} ${found.reason}: ${found.message}`;
}

async function setsByImage(cluster: TestCluster) {
  const { items } = await cluster.client.list(replicaSet, { namespace: 'default' });
  return new Map(items.map((set) => [set.spec?.template?.spec?.containers[0]?.image, set]));
}

async function isRolledOut(cluster: TestCluster, replicas: number, image: string) {
  const object = await cluster.client.get(deployment, ref);
  const { updatedReplicas, availableReplicas, replicas: total } = object.status ?? {};
  assert.deepEqual([updatedReplicas, availableReplicas, total], [replicas, replicas, replicas]);
  assert.match(condition(object, 'Progressing') ?? '', /^True NewReplicaSetAvailable/);
  assert.equal((await setsByImage(cluster)).get(image)?.spec?.replicas, replicas);
  return object;
}

test('a deployment brings up its pods and says so', async (t) => {
  const cluster = await start(t);
  await cluster.client.create(deployment, web());
  const object = await cluster.eventually(() => isRolledOut(cluster, 3, 'web:1'));
  const [set] = (await cluster.client.list(replicaSet)).items;
  assert.ok(set);
  const hash = set.metadata.labels?.['pod-template-hash'];
  assert.equal(set.metadata.name, `web-${hash}`);
  assert.equal(set.spec?.selector?.matchLabels?.['pod-template-hash'], hash);
  assert.equal(condition(object, 'Available'), 'True MinimumReplicasAvailable: Deployment has minimum availability.');
  assert.equal(
    condition(object, 'Progressing'),
    `True NewReplicaSetAvailable: ReplicaSet "web-${hash}" has successfully progressed.`,
  );
  assert.equal(object.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  assert.equal(object.status?.observedGeneration, object.metadata.generation);
  assert.ok(
    cluster.events.some(
      ({ about, message }) => about === 'Deployment/web' && message === `Scaled up replica set web-${hash} from 0 to 3`,
    ),
  );
  const { items } = await cluster.client.list(pod);
  assert.equal(items.length, 3);
  for (const { metadata } of items) assert.match(metadata.name ?? '', new RegExp(`^web-${hash}-[a-z0-9]{5}$`));
});

test('a rolling update never falls below the allowed number, and can be rolled back', async (t) => {
  const cluster = await start(t);
  await cluster.client.create(deployment, web({ replicas: 4 }));
  await cluster.eventually(() => isRolledOut(cluster, 4, 'web:1'));
  let fewest = 4;
  let most = 4;
  const stop = cluster.client.view(pod).onChange(() => {
    const pods = cluster.client.view(pod).list();
    const ready = pods.filter(
      (object) =>
        object.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') &&
        !object.metadata.deletionTimestamp,
    );
    fewest = Math.min(fewest, ready.length);
    most = Math.max(most, pods.filter(({ metadata }) => !metadata.deletionTimestamp).length);
  });
  await change(cluster, (spec) => {
    spec.template = template('web:2');
  });
  await cluster.eventually(() => isRolledOut(cluster, 4, 'web:2'));
  stop();
  assert.ok(fewest >= 3, `${fewest} were ready at the worst moment`);
  assert.ok(most <= 5, `${most} pods at the most`);
  await change(cluster, (spec) => {
    spec.template = template('web:1');
  });
  const object = await cluster.eventually(() => isRolledOut(cluster, 4, 'web:1'));
  assert.equal(object.metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
  const old = (await setsByImage(cluster)).get('web:1');
  assert.equal(old?.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
  assert.equal((await cluster.client.list(replicaSet)).items.length, 2, 'the template of revision 1 got its set back');
});

test('an update to pods that never get ready stops at the bounds and times out', async (t) => {
  const cluster = await start(t);
  await cluster.client.create(deployment, web({ replicas: 4, progressDeadlineSeconds: 60 }));
  await cluster.eventually(() => isRolledOut(cluster, 4, 'web:1'));
  await change(cluster, (spec) => {
    spec.template = template('web:bad', { [behaviourAnnotation]: 'unready' });
  });
  await cluster.eventually(async () => {
    const sets = await setsByImage(cluster);
    assert.equal(sets.get('web:bad')?.spec?.replicas, 2);
    assert.equal(sets.get('web:1')?.spec?.replicas, 3);
  });
  await cluster.settle();
  await cluster.clock.advance(70_000);
  const object = await cluster.eventually(async () => {
    const current = await cluster.client.get(deployment, ref);
    assert.match(
      condition(current, 'Progressing') ?? '',
      /^False ProgressDeadlineExceeded: ReplicaSet "web-\w+" has timed out progressing\.$/,
    );
    return current;
  });
  assert.match(condition(object, 'Available') ?? '', /^True/);
});

test('a resize in the middle of a rollout is shared out in proportion', async (t) => {
  const cluster = await start(t);
  await cluster.client.create(
    deployment,
    web({ replicas: 10, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }),
  );
  await cluster.eventually(() => isRolledOut(cluster, 10, 'web:1'));
  await change(cluster, (spec) => {
    spec.template = template('web:bad', { [behaviourAnnotation]: 'unready' });
  });
  const sizes = async () => {
    const sets = await setsByImage(cluster);
    return [sets.get('web:1')?.spec?.replicas, sets.get('web:bad')?.spec?.replicas];
  };
  await cluster.eventually(async () => assert.deepEqual(await sizes(), [8, 5]));
  await change(cluster, (spec) => {
    spec.replicas = 15;
  });
  await cluster.eventually(async () => assert.deepEqual(await sizes(), [11, 7]));
});

test('Recreate takes all old pods away before it makes the first new one', async (t) => {
  const cluster = await start(t);
  await cluster.client.create(deployment, web({ strategy: { type: 'Recreate' } }));
  await cluster.eventually(() => isRolledOut(cluster, 3, 'web:1'));
  let isMixed = false;
  const stop = cluster.client.view(pod).onChange(() => {
    const images = new Set(
      cluster.client
        .view(pod)
        .list()
        .map(({ spec }) => spec?.containers[0]?.image),
    );
    isMixed ||= images.size > 1;
  });
  await change(cluster, (spec) => {
    spec.template = template('web:2');
  });
  await cluster.eventually(() => isRolledOut(cluster, 3, 'web:2'));
  stop();
  assert.equal(isMixed, false);
});

test('a paused deployment scales but does not roll', async (t) => {
  const cluster = await start(t);
  await cluster.client.create(deployment, web());
  await cluster.eventually(() => isRolledOut(cluster, 3, 'web:1'));
  await change(cluster, (spec) => {
    spec.paused = true;
    spec.template = template('web:2');
    spec.replicas = 5;
  });
  await cluster.eventually(async () => {
    const sets = await setsByImage(cluster);
    assert.equal(sets.get('web:1')?.spec?.replicas, 5);
    assert.equal(sets.get('web:2'), undefined);
    assert.equal(
      condition(await cluster.client.get(deployment, ref), 'Progressing'),
      'Unknown DeploymentPaused: Deployment is paused',
    );
  });
  await change(cluster, (spec) => {
    spec.paused = false;
  });
  await cluster.eventually(() => isRolledOut(cluster, 5, 'web:2'));
});

test('old sets beyond the history limit go', async (t) => {
  const cluster = await start(t);
  await cluster.client.create(deployment, web({ replicas: 1, revisionHistoryLimit: 1 }));
  await cluster.eventually(() => isRolledOut(cluster, 1, 'web:1'));
  for (const image of ['web:2', 'web:3', 'web:4']) {
    await change(cluster, (spec) => {
      spec.template = template(image);
    });
    await cluster.eventually(() => isRolledOut(cluster, 1, image));
  }
  await cluster.eventually(async () =>
    assert.deepEqual([...(await setsByImage(cluster)).keys()].sort(), ['web:3', 'web:4']),
  );
});

test('once all is well, nothing is written any more', async (t) => {
  const cluster = await start(t);
  await cluster.client.create(deployment, web());
  await cluster.eventually(() => isRolledOut(cluster, 3, 'web:1'));
  await cluster.settle();
  const before = cluster.registry.cache.revision;
  await cluster.clock.advance(60_000);
  await cluster.settle();
  assert.equal(cluster.registry.cache.revision, before);
});
