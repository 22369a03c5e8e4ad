import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { cronJob } from '../../api/batch/cron-job.ts';
import { job } from '../../api/batch/job.ts';
import { formatTime } from '../../api/object.ts';
import type { CronJob, Job } from '../../api/schema/generated/types/batch-v1.ts';
import { startCluster, type TestCluster } from '../testing/cluster.ts';
import { cronJobController } from './cron-job.ts';
import { missedTimes } from './plan.ts';
import { parseSchedule } from './schedule.ts';

const ref = { namespace: 'default', name: 'tick' };

async function start(t: TestContext, spec: Partial<CronJob['spec']> = {}): Promise<TestCluster> {
  const cluster = await startCluster(t, { controllers: [cronJobController] });
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'tick' }] } };
  await cluster.client.create(cronJob, {
    metadata: ref,
    spec: { schedule: '*/1 * * * *', jobTemplate: { spec: { template } }, ...spec },
  });
  // Jobs are looked for a moment after they are due.
  await cluster.clock.advance(1_000);
  await cluster.settle();
  return cluster;
}

async function jobs(cluster: TestCluster): Promise<readonly Job[]> {
  return (await cluster.client.list(job)).items;
}

async function minutes(cluster: TestCluster, count: number) {
  for (let minute = 0; minute < count; minute++) {
    await cluster.clock.advance(60_000);
    await cluster.settle();
  }
}

async function finish(cluster: TestCluster, object: Job, type = 'Complete') {
  const now = formatTime(cluster.clock.now());
  const status = {
    conditions: [{ type, status: 'True' }],
    startTime: object.metadata.creationTimestamp ?? now,
    ...(type === 'Complete' && { completionTime: now }),
  };
  await cluster.client.update(job, { ...object, status }, { subresource: 'status' });
  await cluster.settle();
}

test('a job is made each time the schedule says so, named after the time', async (t) => {
  const cluster = await start(t);
  assert.equal((await jobs(cluster)).length, 0);
  await minutes(cluster, 2);
  const made = await jobs(cluster);
  assert.deepEqual(made.map(({ metadata }) => metadata.name).sort(), ['tick-29453761', 'tick-29453762']);
  const object = await cluster.client.get(cronJob, ref);
  assert.equal(object.status?.lastScheduleTime, '2026-01-01T00:02:00Z');
  assert.equal(object.status?.active?.length, 2);
});

test('Forbid waits for the running job, Replace removes it', async (t) => {
  const forbid = await start(t, { concurrencyPolicy: 'Forbid' });
  await minutes(forbid, 3);
  assert.equal((await jobs(forbid)).length, 1);
  assert.ok(forbid.events.some(({ reason }) => reason === 'JobAlreadyActive'));
  const replace = await start(t, { concurrencyPolicy: 'Replace' });
  await minutes(replace, 3);
  assert.deepEqual(
    (await jobs(replace)).map(({ metadata }) => metadata.name),
    ['tick-29453763'],
  );
});

test('suspended it makes nothing; finished jobs are kept up to the limit', async (t) => {
  const cluster = await start(t, { successfulJobsHistoryLimit: 1 });
  for (let round = 0; round < 3; round++) {
    await minutes(cluster, 1);
    const open = (await jobs(cluster)).find(({ status }) => !status?.conditions);
    assert.ok(open);
    await finish(cluster, open);
  }
  assert.equal((await jobs(cluster)).length, 1);
  assert.ok((await cluster.client.get(cronJob, ref)).status?.lastSuccessfulTime);
  await cluster.client.patch(cronJob, ref, { type: 'merge', body: { spec: { suspend: true } } });
  await minutes(cluster, 2);
  assert.equal((await jobs(cluster)).length, 1);
});

test('a schedule that makes no sense is refused', () => {
  for (const text of ['61 * * * *', '* * *', '@every soon', '@sometimes'])
    assert.throws(() => parseSchedule(text, undefined), `${text} was accepted`);
  assert.throws(() => parseSchedule('* * * * *', 'Mars/Olympus').next(0), 'an unknown time zone was accepted');
});

test('time zones move the hour', () => {
  const next = (zone: string | undefined) => parseSchedule('0 9 * * *', zone).next(Date.UTC(2026, 0, 1));
  assert.equal(next('Europe/Berlin'), Date.UTC(2026, 0, 1, 8));
  assert.equal(next(undefined), Date.UTC(2026, 0, 1, 9));
  assert.equal(parseSchedule('@every 1h30m', undefined).next(0), 5_400_000);
  assert.equal(parseSchedule('@hourly', undefined).next(1), 3_600_000);
});

test('of many missed times the last one is found', () => {
  const cron = {
    metadata: { name: 'tick', creationTimestamp: '2025-01-01T00:00:00Z' },
    spec: { schedule: '* * * * *' },
  } as CronJob;
  const nowMs = Date.UTC(2026, 0, 1, 0, 0, 30);
  const missed = missedTimes(cron, parseSchedule('* * * * *', undefined), nowMs);
  assert.equal(missed.latestMs, Date.UTC(2026, 0, 1));
  assert.ok(missed.count > 100);
});
