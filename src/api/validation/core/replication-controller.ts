import type { ReplicationController } from '../../schema/generated/types/core-v1.ts';
import { validateSelectorAndTemplate } from '../apps/workload.ts';
import { type Errors, notNegative } from '../common.ts';
import { required } from '../field-error.ts';

export function validateReplicationController({ spec = {} }: ReplicationController): Errors {
  const { selector = {}, template } = spec;
  const counts = [
    ...notNegative(spec.replicas, 'spec.replicas'),
    ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
  ];
  if (Object.keys(selector).length === 0) return [...counts, required('spec.selector')];
  if (!template) return [...counts, required('spec.template')];
  const rules = { kind: 'replicationcontroller', title: 'ReplicationController' };
  return [...counts, ...validateSelectorAndTemplate({ selector: { matchLabels: selector }, template }, rules)];
}
