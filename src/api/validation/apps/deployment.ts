import type { Deployment, DeploymentSpec } from '../../schema/generated/types/apps-v1.ts';
import { atMostAll, countOrPercent, type Errors, immutable, isZero, notNegative } from '../common.ts';
import { forbidden, invalidValue, notSupported, required } from '../field-error.ts';
import { shownStrategy, validateSelectorAndTemplate } from './workload.ts';

/** A deployment, after defaulting. */
export function validateDeployment({ spec }: Deployment): Errors {
  if (!spec) return [required('spec.selector'), required('spec.template.spec.containers')];
  const errors = [
    ...notNegative(spec.replicas, 'spec.replicas'),
    ...validateSelectorAndTemplate(spec, { kind: 'deployment', title: 'Deployment' }),
    ...validateStrategy(spec, 'spec.strategy'),
    ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...notNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ];
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  errors.push(...notNegative(deadline, 'spec.progressDeadlineSeconds'));
  if (deadline !== undefined && deadline <= minReadySeconds)
    errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
  return errors;
}

function validateStrategy({ strategy = {} }: DeploymentSpec, path: string): Errors {
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate')
    return rollingUpdate
      ? [forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")]
      : [];
  if (type !== 'RollingUpdate') return [notSupported(path, shownStrategy(strategy), ['Recreate', 'RollingUpdate'])];
  if (!rollingUpdate) return [required(`${path}.rollingUpdate`, 'this should be defaulted and never be nil')];
  const { maxUnavailable, maxSurge } = rollingUpdate;
  const here = `${path}.rollingUpdate`;
  const errors = [
    ...countOrPercent(maxUnavailable, `${here}.maxUnavailable`),
    ...countOrPercent(maxSurge, `${here}.maxSurge`),
  ];
  if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(invalidValue(`${here}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  return [...errors, ...atMostAll(maxUnavailable, `${here}.maxUnavailable`)];
}

export function validateDeploymentUpdate({ spec }: Deployment, old: Deployment): Errors {
  return immutable(spec?.selector, old.spec?.selector, 'spec.selector');
}
