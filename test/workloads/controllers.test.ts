import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonSet } from '../../src/api/schema/generated/types/apps-v1.ts';
import type { CronJob, Job } from '../../src/api/schema/generated/types/batch-v1.ts';
import type { Pod } from '../../src/api/schema/generated/types/core-v1.ts';
import { startCluster } from '../harness/cluster.ts';
import { manifest, pod, podSpec, service, shell, webContainer, workload } from '../harness/objects.ts';
import { until } from '../harness/wait.ts';

function job(name: string, script: string, more: object = {}, restartPolicy = 'Never') {
  const template = { spec: podSpec(shell(script), { restartPolicy }) };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template, ...more } };
}

const conditionOf = (type: string) => (object: Job) =>
  object.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True');

test('workloads and what becomes of them', { timeout: 300_000, concurrency: 3 }, async (t) => {
  const cluster = await startCluster(t);
  const { kubectl } = cluster;
  const podsOf = async (selector: string) =>
    (JSON.parse(await kubectl(['get', 'pods', '-l', selector, '-o', 'json'])).items as readonly Pod[]).map(
      (each) => each,
    );

  await Promise.all([
    t.test('a DaemonSet runs on the node, tolerates what nodes suffer, and is rolled', async () => {
      await cluster.apply(manifest(workload('DaemonSet', 'agent', podSpec(shell('sleep 3600')))));
      await cluster.rollout('daemonset/agent');
      const [only] = await podsOf('app=agent');
      assert.equal(only?.spec?.nodeName, 'n1');
      assert.ok(only?.spec?.tolerations?.some(({ key }) => key === 'node.kubernetes.io/not-ready'));
      await kubectl(['set', 'env', 'daemonset/agent', 'A=b']);
      await cluster.rollout('daemonset/agent');
      const { status } = await cluster.get<DaemonSet>('daemonset', 'agent');
      assert.deepEqual([status?.numberReady, status?.updatedNumberScheduled], [1, 1]);
      const [next] = await podsOf('app=agent');
      assert.notEqual(next?.metadata.name, only?.metadata.name);
      await kubectl(['label', 'node', 'n1', 'away=yes']);
      const patch = { spec: { template: { spec: { nodeSelector: { away: 'no' } } } } };
      await kubectl(['patch', 'daemonset', 'agent', '--type=merge', '-p', JSON.stringify(patch)]);
      await until('no pods', async () => (await podsOf('app=agent')).length === 0);
    }),

    t.test('a Job runs side by side until enough have succeeded', async () => {
      await cluster.apply(
        manifest(
          job('many', 'echo $JOB_COMPLETION_INDEX', { completions: 4, parallelism: 2, completionMode: 'Indexed' }),
        ),
      );
      const done = await cluster.until<Job>('job', 'many', conditionOf('Complete'));
      assert.equal(done.status?.succeeded, 4);
      assert.equal(done.status?.completedIndexes, '0-3');
      const said = await kubectl(['logs', '-l', 'job-name=many', '--prefix=false']);
      assert.deepEqual(said.trim().split('\n').sort(), ['0', '1', '2', '3']);
    }),

    t.test('a Job that fails tries again, later each time, and gives up', async () => {
      await cluster.apply(manifest(job('failing', 'exit 3', { backoffLimit: 1 })));
      const failed = await cluster.until<Job>('job', 'failing', conditionOf('Failed'), 60_000);
      const condition = failed.status?.conditions?.find(({ type }) => type === 'Failed');
      assert.equal(condition?.reason, 'BackoffLimitExceeded');
      assert.equal(failed.status?.failed, 2);
      const starts = (await podsOf('job-name=failing'))
        .map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? ''))
        .sort();
      assert.ok((starts[1] ?? 0) - (starts[0] ?? 0) >= 9_000, `started at ${starts}`);
    }),

    t.test('a Job past its deadline is ended, and one with a time to live goes', async () => {
      await cluster.apply(
        manifest(
          job('late', 'sleep 3600', { activeDeadlineSeconds: 2 }),
          job('brief', 'true', { ttlSecondsAfterFinished: 1 }),
        ),
      );
      const failed = await cluster.until<Job>('job', 'late', conditionOf('Failed'));
      assert.equal(failed.status?.conditions?.find(({ type }) => type === 'Failed')?.reason, 'DeadlineExceeded');
      await cluster.untilGone('job', 'brief');
    }),

    t.test('a CronJob starts Jobs', { timeout: 150_000 }, async () => {
      const { spec } = job('', 'date');
      await cluster.apply(
        manifest({
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: { name: 'often' },
          spec: { schedule: '* * * * *', jobTemplate: { spec } },
        }),
      );
      await kubectl(['create', 'job', 'by-hand', '--from=cronjob/often']);
      await cluster.until<Job>('job', 'by-hand', conditionOf('Complete'));
      await cluster.until<CronJob>('cronjob', 'often', ({ status }) => status?.lastScheduleTime, 100_000);

      await kubectl(['delete', 'cronjob', 'often']);
    }),

    t.test('a StatefulSet starts one pod after another, with names that stay', async () => {
      await cluster.apply(
        manifest(
          workload('StatefulSet', 'db', podSpec(webContainer()), { replicas: 3, serviceName: 'db' }),
          service('db', { clusterIP: 'None' }),
        ),
      );
      await cluster.rollout('statefulset/db');
      const pods = await podsOf('app=db');
      const ready = (each?: Pod) =>
        Date.parse(each?.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '');
      const [first, second] = ['db-0', 'db-1'].map((name) => pods.find(({ metadata }) => metadata.name === name));
      assert.ok(
        ready(first) <= Date.parse(second?.metadata.creationTimestamp ?? ''),
        'the second waited for the first',
      );
      await kubectl(['delete', 'pod', 'db-1']);
      await cluster.rollout('statefulset/db');
      assert.notEqual((await cluster.get('pod', 'db-1')).metadata.uid, second?.metadata.uid);
      await kubectl(['scale', 'statefulset', 'db', '--replicas=1']);
      await cluster.untilGone('pod', 'db-1');
      assert.deepEqual(
        (await podsOf('app=db')).map(({ metadata }) => metadata.name),
        ['db-0'],
      );
    }),

    t.test('a namespace takes its content with it', async () => {
      await kubectl(['create', 'namespace', 'short']);
      await kubectl(['apply', '-n', 'short', '-f', '-'], {
        input: manifest(
          workload('Deployment', 'web', podSpec(webContainer()), { replicas: 2 }),
          service('web'),
          job('run', 'sleep 3600'),
        ),
      });
      await kubectl(['rollout', 'status', 'deployment/web', '-n', 'short', '--timeout=30s']);
      await kubectl(['delete', 'namespace', 'short', '--timeout=40s']);
      assert.equal(await kubectl(['get', 'all,configmaps,endpointslices', '-n', 'short', '-o', 'name']), '');
    }),

    t.test('a budget holds back evictions', async () => {
      const budget = {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'kept' },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'kept' } } },
      };
      await cluster.apply(manifest(budget, pod('kept', shell('sleep 3600'), {}, { labels: { app: 'kept' } })));
      await cluster.wait('pod/kept', 'condition=Ready');
      const evict = (dryRun?: string) =>
        cluster.tryKubectl(
          ['create', '--raw', `/api/v1/namespaces/default/pods/kept/eviction${dryRun ?? ''}`, '-f', '-'],
          {
            input: JSON.stringify({
              apiVersion: 'policy/v1',
              kind: 'Eviction',
              metadata: { name: 'kept', namespace: 'default' },
            }),
          },
        );
      await until(
        'the budget to be counted',
        async () => (await kubectl(['get', 'pdb', 'kept', '-o', 'jsonpath={.status.currentHealthy}'])) === '1',
      );
      const refused = await evict();
      assert.match(refused.stderr, /Cannot evict pod as it would violate the pod's disruption budget/);
      await kubectl(['patch', 'pdb', 'kept', '--type=merge', '-p', '{"spec":{"minAvailable":0}}']);
      await until('the eviction to be allowed', async () => (await evict()).exitCode === 0);
      await cluster.untilGone('pod', 'kept');
    }),
  ]);
});
