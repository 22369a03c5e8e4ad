import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { job } from '../../api/batch/job.ts';
import { pod } from '../../api/core/pod.ts';
import type { Job } from '../../api/schema/generated/types/batch-v1.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { startCluster, type TestCluster } from '../testing/cluster.ts';
import { endPod } from '../testing/pretended-node.ts';
import { trackingFinalizer } from './count.ts';
import { formatIndexes, parseIndexes } from './indexes.ts';
import { jobController } from './job.ts';

const ref = { namespace: 'default', name: 'sum' };
type Spec = NonNullable<Job['spec']>;

async function start(t: TestContext, spec: Partial<Spec>): Promise<TestCluster> {
  const cluster = await startCluster(t, { controllers: [jobController] });
  const labels = { 'batch.kubernetes.io/job-name': 'sum' };
  await cluster.client.create(job, {
    metadata: ref,
    spec: {
      manualSelector: true,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'sum' }] },
      },
      backoffLimit: 6,
      ...spec,
    },
  });
  return cluster;
}

async function running(cluster: TestCluster, count: number): Promise<readonly Pod[]> {
  return await cluster.eventually(async () => {
    const { items } = await cluster.client.list(pod);
    const found = items.filter(({ status, metadata }) => status?.phase === 'Running' && !metadata.deletionTimestamp);
    assert.equal(found.length, count);
    return found;
  });
}

async function end(cluster: TestCluster, pods: readonly Pod[], phase: 'Succeeded' | 'Failed', exitCode?: number) {
  for (const one of pods)
    await endPod(cluster.client, one, {
      phase,
      atMs: cluster.clock.now(),
      ...(exitCode !== undefined && { exitCode }),
    });
}

function conditions(object: Job) {
  return (object.status?.conditions ?? [])
    .filter(({ status }) => status === 'True')
    .map(({ type, reason }) => `${type} ${reason}`);
}

async function ended(cluster: TestCluster, want: readonly string[]): Promise<Job> {
  return await cluster.eventually(async () => {
    const object = await cluster.client.get(job, ref);
    assert.deepEqual(conditions(object), want);
    const { items } = await cluster.client.list(pod);
    assert.ok(
      items.every(({ metadata }) => !metadata.finalizers?.includes(trackingFinalizer)),
      'finalizers are gone',
    );
    assert.deepEqual(object.status?.uncountedTerminatedPods ?? {}, {});
    return object;
  });
}

const complete = ['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached'];

test('a job runs as many at once as allowed until enough have succeeded', async (t) => {
  const cluster = await start(t, { completions: 3, parallelism: 2 });
  await end(cluster, await running(cluster, 2), 'Succeeded');
  await end(cluster, await running(cluster, 1), 'Succeeded');
  const object = await ended(cluster, complete);
  assert.equal(object.status?.succeeded, 3);
  assert.equal(object.status?.active ?? 0, 0);
  assert.ok(object.status?.completionTime);
  assert.ok(cluster.events.some(({ reason, message }) => reason === 'Completed' && message === 'Job completed'));
});

test('failures are tried again later and later, and at last the job fails', async (t) => {
  const cluster = await start(t, { completions: 1, parallelism: 1, backoffLimit: 1 });
  await end(cluster, await running(cluster, 1), 'Failed');
  await cluster.settle();
  await running(cluster, 0);
  await cluster.clock.advance(11_000);
  await end(cluster, await running(cluster, 1), 'Failed');
  const object = await ended(cluster, ['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded']);
  assert.equal(object.status?.failed, 2);
});

test('past its deadline a job is stopped', async (t) => {
  const cluster = await start(t, { completions: 1, parallelism: 1, activeDeadlineSeconds: 30 });
  await running(cluster, 1);
  await cluster.settle();
  await cluster.clock.advance(31_000);
  await running(cluster, 0);
  await ended(cluster, ['FailureTarget DeadlineExceeded', 'Failed DeadlineExceeded']);
});

test('each index of an indexed job succeeds once', async (t) => {
  const cluster = await start(t, { completions: 4, parallelism: 4, completionMode: 'Indexed' });
  const pods = await running(cluster, 4);
  const byIndex = new Map(
    pods.map((one) => [one.metadata.annotations?.['batch.kubernetes.io/job-completion-index'], one]),
  );
  assert.deepEqual([...byIndex.keys()].sort(), ['0', '1', '2', '3']);
  const second = byIndex.get('1');
  assert.equal(second?.spec?.hostname, 'sum-1');
  assert.ok(second?.spec?.containers[0]?.env?.some(({ name }) => name === 'JOB_COMPLETION_INDEX'));
  const [zero, ...others] = pods;
  assert.ok(zero);
  await end(cluster, [zero], 'Failed');
  await end(cluster, others, 'Succeeded');
  await cluster.settle();
  await cluster.clock.advance(11_000);
  const [again] = await running(cluster, 1);
  assert.equal(
    again?.metadata.annotations?.['batch.kubernetes.io/job-completion-index'],
    zero.metadata.annotations?.['batch.kubernetes.io/job-completion-index'],
  );
  await end(cluster, again ? [again] : [], 'Succeeded');
  assert.equal((await ended(cluster, complete)).status?.completedIndexes, '0-3');
});

test('a suspended job has no pods and no start time until it is resumed', async (t) => {
  const cluster = await start(t, { completions: 1, parallelism: 1, suspend: true });
  await cluster.eventually(async () =>
    assert.deepEqual(conditions(await cluster.client.get(job, ref)), ['Suspended JobSuspended']),
  );
  assert.equal((await cluster.client.get(job, ref)).status?.startTime, undefined);
  await running(cluster, 0);
  await cluster.client.patch(job, ref, { type: 'merge', body: { spec: { suspend: false } } });
  await end(cluster, await running(cluster, 1), 'Succeeded');
  await ended(cluster, complete);
});

test('the pod failure policy ends a job at once, or ignores a failure', async (t) => {
  const podFailurePolicy = {
    rules: [
      { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
      { action: 'Ignore', onExitCodes: { operator: 'In', values: [7] } },
    ],
  };
  const cluster = await start(t, { completions: 1, parallelism: 1, backoffLimit: 0, podFailurePolicy });
  await end(cluster, await running(cluster, 1), 'Failed', 7);
  await end(cluster, await running(cluster, 1), 'Failed', 42);
  const object = await ended(cluster, ['FailureTarget PodFailurePolicy', 'Failed PodFailurePolicy']);
  assert.match(object.status?.conditions?.at(-1)?.message ?? '', /exit code 42 matching FailJob rule at index 0$/);
});

test('pods of a job that is gone do not wait for a count', async (t) => {
  const cluster = await start(t, { completions: 1, parallelism: 1 });
  await running(cluster, 1);
  await cluster.client.delete(job, ref, { propagationPolicy: 'Background' });
  await cluster.eventually(async () => {
    const { items } = await cluster.client.list(pod);
    assert.ok(items.every(({ metadata }) => !metadata.finalizers?.includes(trackingFinalizer)));
  });
});

test('index lists are written as intervals and read back', () => {
  assert.equal(formatIndexes([5, 1, 2, 7, 8, 9]), '1,2,5,7-9');
  assert.deepEqual([...parseIndexes('1,2,5,7-9', 9)], [1, 2, 5, 7, 8]);
  assert.deepEqual([...parseIndexes(undefined, 9)], []);
});
