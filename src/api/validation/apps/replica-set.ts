import type { ReplicaSet } from '../../schema/generated/types/apps-v1.ts';
import { type Errors, immutable, notNegative } from '../common.ts';
import { required } from '../field-error.ts';
import { validateSelectorAndTemplate } from './workload.ts';

/** A replica set, after defaulting. */
export function validateReplicaSet({ spec }: ReplicaSet): Errors {
  if (!spec) return [required('spec.selector'), required('spec.template')];
  return [
    ...notNegative(spec.replicas, 'spec.replicas'),
    ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    // Upstream's message says deployment here, too.
    ...validateSelectorAndTemplate(spec, { kind: 'deployment', title: 'ReplicaSet' }),
  ];
}

export function validateReplicaSetUpdate({ spec }: ReplicaSet, old: ReplicaSet): Errors {
  return immutable(spec?.selector, old.spec?.selector, 'spec.selector');
}
