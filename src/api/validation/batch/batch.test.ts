import type { CronJob, Job } from '../../schema/generated/types/batch-v1.ts';
import { testCases } from '../cases.test-helper.ts';
import { validateCronJob } from './cron-job.ts';
import { validateJob, validateJobUpdate } from './job.ts';

const template = {
  metadata: { labels: { a: 'b' } },
  spec: {
    containers: [{ name: 'c', image: 'i', imagePullPolicy: 'Always', terminationMessagePolicy: 'File' }],
    restartPolicy: 'Never',
    dnsPolicy: 'ClusterFirst',
  },
};
const job: Job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'j', namespace: 'n' },
  spec: {
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    selector: { matchLabels: { a: 'b' } },
    template,
  },
};
testCases('job', job, validateJob, [
  [
    { 'spec.template.spec.restartPolicy': 'Always' },
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
  [{ 'spec.backoffLimit': -1 }, 'spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0'],
  [
    { 'spec.completionMode': 'Indexed', 'spec.completions': undefined },
    'spec.completions: Required value: when completion mode is Indexed',
  ],
  [
    { 'spec.completionMode': 'x' },
    'spec.completionMode: Unsupported value: "x": supported values: "NonIndexed", "Indexed"',
  ],
  [
    { 'spec.selector.matchLabels.a': 'c' },
    'spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`',
  ],
]);
testCases('job update', job, (now) => validateJobUpdate(now, job), [
  [{ 'spec.parallelism': 3, 'spec.suspend': true }],
  [{ 'spec.completions': 2 }, 'spec.completions: Invalid value: 2: field is immutable'],
  [
    { 'spec.selector.matchLabels.a': 'c' },
    'spec.selector: Invalid value: {"matchLabels":{"a":"c"}}: field is immutable',
  ],
]);

const cronJob: CronJob = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'c', namespace: 'n' },
  spec: { schedule: '*/5 * * * *', concurrencyPolicy: 'Allow', jobTemplate: { spec: { template } } },
};
testCases('cron job', cronJob, validateCronJob, [
  [{ 'spec.schedule': '@hourly' }],
  [{ 'spec.schedule': '@every 1h30m' }],
  [{ 'spec.schedule': '0 0 ? * MON-FRI', 'spec.timeZone': 'Europe/Berlin' }],
  [{ 'spec.schedule': '' }, 'spec.schedule: Required value'],
  [{ 'spec.schedule': 'abc' }, 'spec.schedule: Invalid value: "abc": expected exactly 5 fields, found 1: [abc]'],
  [
    { 'spec.schedule': 'TZ=UTC 0 * * * *' },
    'spec.schedule: Invalid value: "TZ=UTC 0 * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
  ],
  [{ 'spec.timeZone': 'Nowhere' }, 'spec.timeZone: Invalid value: "Nowhere": unknown time zone Nowhere'],
  [
    { 'spec.concurrencyPolicy': 'x' },
    'spec.concurrencyPolicy: Unsupported value: "x": supported values: "Allow", "Forbid", "Replace"',
  ],
  [
    { 'metadata.name': 'a'.repeat(53) },
    `metadata.name: Invalid value: "${'a'.repeat(53)}": must be no more than 52 characters`,
  ],
  [
    { 'spec.jobTemplate.spec.template.spec.restartPolicy': 'Always' },
    'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
]);
