import type { CronJob, JobSpec } from '../../schema/generated/types/batch-v1.ts';
import { type Errors, notNegative, requiredOneOf } from '../common.ts';
import { invalidValue, notSupported, required } from '../field-error.ts';
import { validateJobSpec } from './job.ts';
import { scheduleFault } from './schedule.ts';

/** Jobs are called after their cron job and eleven more characters. */
const maxNameLength = 52;

/** A cron job, after defaulting. */
export function validateCronJob(cronJob: CronJob): Errors {
  const { name = '' } = cronJob.metadata;
  const errors = validateCronJobSpec(cronJob);
  if (name.length > maxNameLength)
    errors.push(invalidValue('metadata.name', name, `must be no more than ${maxNameLength} characters`));
  return errors;
}

/** The same but for the name, which does not change. */
export function validateCronJobSpec({ spec }: CronJob): Errors {
  const errors = spec.schedule ? validateSchedule(spec.schedule, 'spec.schedule') : [required('spec.schedule')];
  errors.push(...notNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds'));
  if (spec.timeZone !== undefined) errors.push(...validateTimeZone(spec.timeZone, 'spec.timeZone'));
  errors.push(
    ...requiredOneOf(spec.concurrencyPolicy, 'spec.concurrencyPolicy', ['Allow', 'Forbid', 'Replace']),
    ...validateJobTemplate(spec.jobTemplate?.spec, 'spec.jobTemplate.spec'),
    ...notNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit'),
    ...notNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit'),
  );
  return errors;
}

function validateJobTemplate(job: JobSpec | undefined, path: string): Errors {
  if (!job) return [required(`${path}.template.spec.containers`)];
  const errors = validateJobSpec(job, path);
  if (job.selector) errors.push(invalidValue(`${path}.selector`, job.selector, '`selector` will be auto-generated'));
  if (job.manualSelector) errors.push(notSupported(`${path}.manualSelector`, true, ['nil', 'false']));
  return errors;
}

function validateSchedule(schedule: string, path: string): Errors {
  if (/^(CRON_)?TZ=/.test(schedule))
    return [invalidValue(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')];
  const fault = scheduleFault(schedule);
  return fault === undefined ? [] : [invalidValue(path, schedule, fault)];
}

function validateTimeZone(zone: string, path: string): Errors {
  if (zone === '') return [invalidValue(path, zone, 'timeZone must be nil or non-empty string')];
  if (zone.toLowerCase() === 'local')
    return [
      invalidValue(path, zone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'),
    ];
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [invalidValue(path, zone, `unknown time zone ${zone}`)];
  }
}
