import type { Draft } from '../object.ts';
import type { Job } from '../schema/generated/types/batch-v1.ts';

const controllerUid = 'batch.kubernetes.io/controller-uid';

/**
 * Gives a new job labels and a selector that no other job's pods have, made from its uid. Labels that the user set are
 * left for validation to refuse, if they say something else.
 */
export function selectOwnPods({ metadata, spec }: Draft<Job>): void {
  if (!spec?.template || spec.manualSelector) return;
  const uid = metadata.uid ?? '';
  const name = metadata.name ?? '';
  const generated = {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/job-name': name,
    [controllerUid]: uid,
  };
  spec.template.metadata = { ...spec.template.metadata, labels: { ...generated, ...spec.template.metadata?.labels } };
  spec.selector = { ...spec.selector, matchLabels: { [controllerUid]: uid, ...spec.selector?.matchLabels } };
}
