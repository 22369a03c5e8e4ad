import type { ResourceQuota } from '../../schema/generated/types/core-v1.ts';
import { type Errors, each, immutable, quantity, requiredOneOf } from '../common.ts';
import { invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isQualifiedName } from '../format.ts';

const scopes = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];
const exclusive: readonly (readonly [string, string])[] = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];

const standard: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]);

export function validateResourceQuota({ spec = {} }: ResourceQuota): Errors {
  const errors: Errors = [];
  for (const [name, value] of Object.entries(spec.hard ?? {})) {
    const here = `spec.hard[${name}]`;
    errors.push(...invalidFormat(here, name, isQualifiedName(name)));
    if (!name.includes('/') && !standard.has(name) && !/^(requests\.)?hugepages-/.test(name))
      errors.push(invalidValue(here, name, 'must be a standard resource for quota'));
    errors.push(...quantity(value, here));
  }
  const used = spec.scopes ?? [];
  errors.push(
    ...each(used, 'spec.scopes', (scope) =>
      scopes.includes(scope) ? [] : [notSupported('spec.scopes', scope, scopes)],
    ),
  );
  for (const [one, other] of exclusive)
    if (used.includes(one) && used.includes(other))
      errors.push(invalidValue('spec.scopes', used, 'conflicting scopes'));
  return [
    ...errors,
    ...each(
      spec.scopeSelector?.matchExpressions,
      'spec.scopeSelector.matchExpressions',
      ({ scopeName, operator, values = [] }, here) => {
        const found = requiredOneOf(scopeName, `${here}.scopeName`, scopes);
        if (operator === 'In' || operator === 'NotIn') {
          if (values.length === 0)
            found.push(
              required(
                `${here}.values`,
                "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
              ),
            );
        } else if (operator === 'Exists' || operator === 'DoesNotExist') {
          if (values.length > 0)
            found.push(
              invalidValue(
                `${here}.values`,
                values,
                "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
              ),
            );
        } else found.push(invalidValue(`${here}.operator`, operator, 'not a valid selector operator'));
        return found;
      },
    ),
  ];
}

export function validateResourceQuotaUpdate({ spec }: ResourceQuota, old: ResourceQuota): Errors {
  return immutable([...(spec?.scopes ?? [])].sort(), [...(old.spec?.scopes ?? [])].sort(), 'spec.scopes');
}
