import type { DaemonSet, DaemonSetSpec } from '../../schema/generated/types/apps-v1.ts';
import { atMostAll, countOrPercent, type Errors, immutable, isZero, notNegative } from '../common.ts';
import { invalidValue, notSupported, required } from '../field-error.ts';
import { shownStrategy, validateSelectorAndTemplate } from './workload.ts';

/** A daemon set, after defaulting. */
export function validateDaemonSet({ spec }: DaemonSet): Errors {
  if (!spec) return [required('spec.selector'), required('spec.template.spec.containers')];
  return [
    ...validateSelectorAndTemplate(spec, { kind: 'daemonset', title: 'DaemonSet' }),
    ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...validateStrategy(spec, 'spec.updateStrategy'),
    ...notNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ];
}

function validateStrategy({ updateStrategy = {} }: DaemonSetSpec, path: string): Errors {
  const { type, rollingUpdate } = updateStrategy;
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate')
    return [notSupported(path, shownStrategy(updateStrategy), ['RollingUpdate', 'OnDelete'])];
  if (!rollingUpdate) return [required(`${path}.rollingUpdate`)];
  const { maxUnavailable, maxSurge } = rollingUpdate;
  const here = `${path}.rollingUpdate`;
  const errors = [
    ...countOrPercent(maxUnavailable, `${here}.maxUnavailable`),
    ...atMostAll(maxUnavailable, `${here}.maxUnavailable`),
    ...countOrPercent(maxSurge, `${here}.maxSurge`),
    ...atMostAll(maxSurge, `${here}.maxSurge`),
  ];
  if (!isZero(maxUnavailable) && !isZero(maxSurge))
    errors.push(invalidValue(`${here}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(required(`${here}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  return errors;
}

export function validateDaemonSetUpdate({ spec }: DaemonSet, old: DaemonSet): Errors {
  return immutable(spec?.selector, old.spec?.selector, 'spec.selector');
}
