import { fill } from '../fill.ts';
import type { Draft } from '../object.ts';
import type { ReplicationController } from '../schema/generated/types/core-v1.ts';
import { defaultPodTemplate } from './pod-defaults.ts';

/** The template's labels are the selector, and the controller's own labels, unless they are given. */
export function defaultReplicationController({ metadata, spec }: Draft<ReplicationController>): void {
  if (!spec) return;
  const labels = spec.template?.metadata?.labels;
  if (labels && Object.keys(labels).length > 0) {
    if (isEmpty(spec.selector)) spec.selector = { ...labels };
    if (isEmpty(metadata.labels)) metadata.labels = { ...labels };
  }
  fill(spec, { replicas: 1 });
  defaultPodTemplate(spec.template);
}

function isEmpty(map: Readonly<Record<string, string>> | undefined): boolean {
  return Object.keys(map ?? {}).length === 0;
}
