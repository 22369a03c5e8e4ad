import { jsonEqual } from '../../patch/record.ts';
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../schema/generated/types/apps-v1.ts';
import type { CronJob, Job, JobSpec } from '../../schema/generated/types/batch-v1.ts';
import type { PodTemplateSpec, ReplicationController } from '../../schema/generated/types/core-v1.ts';
import type { ObjectMeta } from '../../schema/generated/types/meta-v1.ts';
import { isDns1123Label } from '../format.ts';
import { podSpecWarnings } from './pod.ts';
import { claimSpecWarnings } from './quantities.ts';

interface Workload {
  readonly metadata: ObjectMeta;
  readonly spec?: { readonly template?: PodTemplateSpec | undefined } | undefined;
}

function nameWarnings({ name = '' }: ObjectMeta): string[] {
  const complaints = isDns1123Label(name);
  if (complaints.length === 0) return [];
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${complaints.join(' ')}]`,
  ];
}

function templateWarnings(template: PodTemplateSpec | undefined, path: string): string[] {
  return template?.spec ? podSpecWarnings(template.spec, template.metadata, `${path}.`) : [];
}

/** Templates are looked at when they are new. */
function workloadWarnings(now: Workload, old: Workload | undefined): string[] {
  if (old && jsonEqual(now.spec ?? {}, old.spec ?? {})) return [];
  return templateWarnings(now.spec?.template, 'spec.template');
}

export function daemonSetWarnings(now: DaemonSet, old: DaemonSet | undefined): readonly string[] {
  return workloadWarnings(now, old);
}

/** Deployments, replica sets, replication controllers: their pods' names begin with theirs. */
export function namedWorkloadWarnings<T extends Deployment | ReplicaSet | ReplicationController>(
  now: T,
  old: T | undefined,
): readonly string[] {
  return [...(old ? [] : nameWarnings(now.metadata)), ...workloadWarnings(now, old)];
}

export function statefulSetWarnings(now: StatefulSet, old: StatefulSet | undefined): readonly string[] {
  const warnings = workloadWarnings(now, old);
  now.spec?.volumeClaimTemplates?.forEach(({ spec }, at) => {
    warnings.push(...claimSpecWarnings(spec, `spec.volumeClaimTemplates[${at}]`));
  });
  if ((now.spec?.revisionHistoryLimit ?? 0) < 0)
    warnings.push(
      'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended',
    );
  return warnings;
}

const [manyCompletions, muchParallelism] = [100_000, 10_000];

function jobSpecWarnings(spec: JobSpec | undefined, path: string): string[] {
  if (!spec) return [];
  const { completionMode, completions = 0, parallelism = 0 } = spec;
  const isHuge = completionMode === 'Indexed' && completions > manyCompletions && parallelism > muchParallelism;
  const warning =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';
  return [...(isHuge ? [warning] : []), ...templateWarnings(spec.template, `${path}.template`)];
}

export function jobWarnings(now: Job, old: Job | undefined): readonly string[] {
  if (old && jsonEqual(now.spec ?? {}, old.spec ?? {})) return [];
  return [...(old ? [] : nameWarnings(now.metadata)), ...jobSpecWarnings(now.spec, 'spec')];
}

export function cronJobWarnings(now: CronJob, old: CronJob | undefined): readonly string[] {
  const warnings: string[] = [];
  if (old && jsonEqual(now.spec, old.spec)) return warnings;
  if (!old) warnings.push(...nameWarnings(now.metadata));
  warnings.push(...jobSpecWarnings(now.spec.jobTemplate?.spec, 'spec.jobTemplate.spec'));
  if (now.spec.schedule?.includes('TZ'))
    warnings.push(
      'CRON_TZ or TZ used in spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
    );
  return warnings;
}
