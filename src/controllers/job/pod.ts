import { job as jobKind } from '../../api/batch/job.ts';
import { type Draft, draftOf } from '../../api/object.ts';
import type { Job } from '../../api/schema/generated/types/batch-v1.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { podFromTemplate } from '../shared/pod-control.ts';
import { failureCountAnnotation, trackingFinalizer } from './count.ts';
import { indexAnnotation } from './indexes.ts';

const indexVariable = 'JOB_COMPLETION_INDEX';

/** A pod of the job; with an index it knows it by name, label, annotation and environment. */
export function jobPod(job: Job, index: number | undefined, failures: number): Draft<Pod> {
  const pod = podFromTemplate(job.spec?.template ?? {}, jobKind, job);
  pod.metadata.finalizers = [...(pod.metadata.finalizers ?? []), trackingFinalizer];
  if (index === undefined) return pod;
  const name = `${job.metadata.name}-${index}`;
  pod.metadata.generateName = `${name}-`;
  pod.metadata.labels = { ...pod.metadata.labels, [indexAnnotation]: String(index) };
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [indexAnnotation]: String(index),
    ...(job.spec?.backoffLimitPerIndex !== undefined && { [failureCountAnnotation]: String(failures) }),
  };
  const spec = pod.spec ?? { containers: [] };
  spec.hostname ??= name;
  const variable = {
    name: indexVariable,
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${indexAnnotation}']` } },
  };
  for (const container of [...(spec.initContainers ?? []), ...spec.containers])
    if (!container.env?.some((entry) => entry.name === indexVariable))
      container.env = [...(container.env ?? []), draftOf(variable)];
  pod.spec = spec;
  return pod;
}
