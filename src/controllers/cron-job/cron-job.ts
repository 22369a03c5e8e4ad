import { cronJob } from '../../api/batch/cron-job.ts';
import { job } from '../../api/batch/job.ts';
import { draftOf, formatTime, keyOf, refOf } from '../../api/object.ts';
import type { CronJob, CronJobStatus, Job } from '../../api/schema/generated/types/batch-v1.ts';
import { isApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import {
  changesOf,
  controller,
  done,
  mayWrite,
  mayWriteStatus,
  ownerKey,
  type ReconcileContext,
  requeueAfter,
} from '../../controller-runtime/controller.ts';
import { controllerReference } from '../shared/claims.ts';
import { byController } from '../shared/indexes.ts';
import { isNamespaceTerminating } from '../shared/pod-control.ts';
import { writeStatus } from '../shared/status.ts';
import {
  finishedType,
  jobName,
  missedTimes,
  planCron,
  scheduledAnnotation,
  surplusHistory,
  tooManyMissed,
} from './plan.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

/** Jobs are looked for a moment after they are due, as upstream does. */
const delayMs = 100;

/** Makes jobs by the clock. */
export const cronJobController = controller({
  name: 'cronjob-controller',
  wakesOn: [changesOf(cronJob), changesOf(job, ownerKey(cronJob))],
  writes: [mayWriteStatus(cronJob), mayWrite(job, 'create', 'delete')],
  async reconcile(key, context) {
    const { client, events } = context;
    const cron = client.view(cronJob).get(key);
    if (!cron || cron.metadata.deletionTimestamp) return done;
    const jobs = client.view(job).by(byController, cron.metadata.uid ?? '');
    for (const old of surplusHistory(cron, jobs)) await removeJob(cron, old, context);
    const active = jobs.filter((candidate) => !finishedType(candidate));
    const current = await writeStatus(context, cronJob, cron, statusOf(cron, jobs, context));
    let schedule: Schedule;
    try {
      schedule = parseSchedule(cron.spec.schedule, cron.spec.timeZone);
    } catch (error) {
      const message = `unparseable schedule: ${JSON.stringify(cron.spec.schedule)} : ${toError(error).message}`;
      events.record(cron, { type: 'Warning', reason: 'UnparseableSchedule', message });
      return done;
    }
    const missed = missedTimes(current, schedule, context.now());
    if (missed.count > tooManyMissed) {
      const message = `too many missed start times: ${missed.count}. Set or decrease .spec.startingDeadlineSeconds or check clock skew`;
      events.record(cron, { type: 'Warning', reason: 'TooManyMissedTimes', message });
    }
    const plan = planCron(current, { schedule, active, missed, nowMs: context.now() });
    if (plan.type === 'start') {
      for (const old of plan.replace) await removeJob(cron, old, context);
      await startJob(current, plan, context);
    } else if (plan.note === 'missed') {
      const message = `Missed scheduled time to start a job: ${formatTime(missed.latestMs ?? 0)}`;
      events.record(cron, { type: 'Warning', reason: 'MissSchedule', message });
    } else if (plan.note === 'forbidden') {
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      events.record(cron, { type: 'Normal', reason: 'JobAlreadyActive', message });
    }
    return plan.nextMs === undefined ? done : requeueAfter(plan.nextMs - context.now() + delayMs);
  },
});

function statusOf(cron: CronJob, jobs: readonly Job[], { events }: ReconcileContext): CronJobStatus {
  const known = cron.status?.active ?? [];
  for (const candidate of jobs) {
    const type = finishedType(candidate);
    if (!type || !known.some(({ uid }) => uid === candidate.metadata.uid)) continue;
    const message = `Saw completed job: ${candidate.metadata.name}, condition: ${type}`;
    events.record(cron, { type: 'Normal', reason: 'SawCompletedJob', message });
  }
  const active = jobs.filter((candidate) => !finishedType(candidate)).map(referenceTo);
  const ends = jobs.flatMap((candidate) =>
    finishedType(candidate) === 'Complete' ? (candidate.status?.completionTime ?? []) : [],
  );
  const lastSuccessfulTime = [cron.status?.lastSuccessfulTime ?? '', ...ends].sort().at(-1);
  const { active: _active, lastSuccessfulTime: _last, ...rest } = cron.status ?? {};
  return { ...rest, ...(active.length > 0 && { active }), ...(lastSuccessfulTime && { lastSuccessfulTime }) };
}

function referenceTo({ metadata }: Job) {
  const { name = '', namespace = '', uid = '' } = metadata;
  return { apiVersion: job.apiVersion, kind: job.kind, name, namespace, uid };
}

async function startJob(
  cron: CronJob,
  plan: { readonly scheduledMs: number },
  context: ReconcileContext,
): Promise<void> {
  const { client, events, signal } = context;
  const template = cron.spec.jobTemplate;
  const { namespace } = cron.metadata;
  const metadata = {
    name: jobName(cron, plan.scheduledMs),
    ...(namespace && { namespace }),
    labels: { ...template.metadata?.labels },
    annotations: { ...template.metadata?.annotations, [scheduledAnnotation]: formatTime(plan.scheduledMs) },
    ownerReferences: [controllerReference(cronJob, cron)],
  };
  let made: Job;
  try {
    made = await client.create(
      job,
      { metadata, spec: draftOf(template.spec ?? { template: {} }) as NonNullable<Job['spec']> },
      { signal },
    );
    events.record(cron, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created job ${metadata.name}` });
  } catch (error) {
    if (isNamespaceTerminating(error)) return;
    if (!isApiError(error, 'AlreadyExists')) {
      if (!signal.aborted) {
        const message = `Error creating job: ${toError(error).message}`;
        events.record(cron, { type: 'Warning', reason: 'FailedCreate', message });
      }
      throw error;
    }
    // Made before, but the status was not written: the time counts as seen to.
    made = await client.get(job, refOf(keyOf({ metadata })), { signal });
  }
  const active = [...(cron.status?.active ?? []).filter(({ uid }) => uid !== made.metadata.uid), referenceTo(made)];
  const lastScheduleTime = formatTime(plan.scheduledMs);
  await writeStatus(context, cronJob, cron, {
    ...cron.status,
    ...(!finishedType(made) && { active }),
    lastScheduleTime,
  });
}

async function removeJob(cron: CronJob, old: Job, { client, events, signal }: ReconcileContext): Promise<void> {
  try {
    await client.delete(job, refOf(keyOf(old)), { signal, propagationPolicy: 'Background' });
    const message = `Deleted job ${old.metadata.name}`;
    events.record(cron, { type: 'Normal', reason: 'SuccessfulDelete', message });
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error;
  }
}
