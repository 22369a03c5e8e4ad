import type { Job } from '../../schema/generated/types/batch-v1.ts';
import { type Errors, notNegative } from '../common.ts';
import { duplicate, invalidValue, invalidWithoutValue, required } from '../field-error.ts';
import { readIndexes } from './pod-failure-policy.ts';

const terminal = ['Failed', 'Complete', 'FailureTarget', 'SuccessCriteriaMet'];

function has({ status }: Job, type: string): boolean {
  return status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;
}

/** A job's status: its counts, and that what is over stays over (KEP-4368). */
export function validateJobStatus(job: Job, old: Job): Errors {
  const { status = {} } = job;
  const errors = (['active', 'succeeded', 'failed', 'ready', 'terminating'] as const).flatMap((name) =>
    notNegative(status[name], `status.${name}`),
  );
  const uncounted = status.uncountedTerminatedPods;
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'] as const)
    uncounted?.[list]?.forEach((uid, at) => {
      const here = `status.uncountedTerminatedPods.${list}[${at}]`;
      if (uid === '') errors.push(invalidValue(here, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(here, uid));
      seen.add(uid);
    });
  return [...errors, ...validateEnd(job), ...validateIndexes(job), ...validateProgress(job, old)];
}

/** What must hold of a job that is over, and of one that is not. */
function validateEnd(job: Job): Errors {
  const { status = {} } = job;
  const [complete, failed] = [has(job, 'Complete'), has(job, 'Failed')];
  const errors: Errors = [];
  const both = (one: string, other: string) =>
    errors.push(invalidWithoutValue('status.conditions', `cannot set ${one}=True and ${other}=true conditions`));
  if (complete && failed) both('Complete', 'Failed');
  if (complete && has(job, 'FailureTarget')) both('Complete', 'FailureTarget');
  const { completionTime, startTime } = status;
  if (complete && !completionTime)
    errors.push(required('status.completionTime', 'completionTime is required for Complete jobs'));
  if (!complete && completionTime)
    errors.push(
      invalidValue(
        'status.completionTime',
        completionTime,
        'cannot set completionTime when there is no Complete=True condition',
      ),
    );
  if (completionTime && startTime && Date.parse(completionTime) < Date.parse(startTime))
    errors.push(invalidValue('status.completionTime', completionTime, 'completionTime cannot be set before startTime'));
  if (status.ready !== undefined && status.ready > (status.active ?? 0))
    errors.push(invalidValue('status.ready', status.ready, 'cannot set more ready pods than active'));
  if (!complete && !failed) return errors;
  if (!startTime) errors.push(required('status.startTime', 'startTime is required for finished job'));
  for (const name of ['active', 'terminating'] as const)
    if ((status[name] ?? 0) > 0)
      errors.push(invalidValue(`status.${name}`, status[name], `${name}>0 is invalid for finished job`));
  const { succeeded = [], failed: lost = [] } = status.uncountedTerminatedPods ?? {};
  if (succeeded.length + lost.length > 0)
    errors.push(
      invalidValue(
        'status.uncountedTerminatedPods',
        status.uncountedTerminatedPods,
        'uncountedTerminatedPods needs to be empty for finished job',
      ),
    );
  return errors;
}

function validateIndexes({ spec, status }: Job): Errors {
  const { completedIndexes, failedIndexes } = status ?? {};
  const completions = spec?.completions ?? 0;
  const errors: Errors = [];
  if (spec?.completionMode !== 'Indexed' && completedIndexes)
    errors.push(
      invalidValue(
        'status.completedIndexes',
        completedIndexes,
        'cannot set non-empty completedIndexes when non-indexed completion mode',
      ),
    );
  if (spec?.backoffLimitPerIndex === undefined && failedIndexes)
    errors.push(
      invalidValue(
        'status.failedIndexes',
        failedIndexes,
        'cannot set non-null failedIndexes when backoffLimitPerIndex is null',
      ),
    );
  if (spec?.completionMode !== 'Indexed') return errors;
  for (const [name, text] of Object.entries({ completedIndexes, failedIndexes })) {
    const fault = text ? readIndexes(text, completions).error : undefined;
    if (fault !== undefined) errors.push(invalidValue(`status.${name}`, text, `error parsing ${name}: ${fault}`));
  }
  return errors;
}

/** Counters grow and ends stay. */
function validateProgress(job: Job, old: Job): Errors {
  const errors: Errors = terminal
    .filter((type) => has(old, type) && !has(job, type))
    .map((type) => invalidWithoutValue('status.conditions', `cannot disable the terminal ${type}=True condition`));
  for (const name of ['failed', 'succeeded'] as const)
    if ((job.status?.[name] ?? 0) < (old.status?.[name] ?? 0))
      errors.push(invalidValue(`status.${name}`, job.status?.[name] ?? 0, `cannot decrease the ${name} counter`));
  const { startTime: before, completionTime } = old.status ?? {};
  const now = job.status?.startTime;
  if (before && job.spec?.suspend !== true) {
    if (!now) errors.push(required('status.startTime', 'startTime cannot be removed for unsuspended job'));
    else if (now !== before)
      errors.push(required('status.startTime', 'startTime cannot be modified for unsuspended job'));
  }
  if (completionTime && has(old, 'Complete') && job.status?.completionTime !== completionTime)
    errors.push(invalidValue('status.completionTime', job.status?.completionTime, 'completionTime cannot be mutated'));
  return errors;
}
