import type { ResourceQuota } from '../../schema/generated/types/core-v1.ts';
import { type Errors, each, immutable, quantity, requiredOneOf, type Texts } from '../common.ts';
import { invalidFormat, invalidValue, required } from '../field-error.ts';
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

const storageResources = ['persistentvolumeclaims', 'requests.storage'];
const podResources = /^(pods|(requests\.|limits\.)?(cpu|memory|ephemeral-storage))$/;

/** Whether what a scope selects uses a resource at all. */
function countsIn(scope: string, resource: string): boolean {
  if (scope === 'BestEffort') return resource === 'pods';
  return scope === 'VolumeAttributesClass' ? storageResources.includes(resource) : podResources.test(resource);
}

export function validateResourceQuota({ spec = {} }: ResourceQuota): Errors {
  const errors = validateAmounts(spec.hard, 'spec.hard');
  const used = spec.scopes ?? [];
  errors.push(
    ...each(used, 'spec.scopes', (scope) =>
      scopes.includes(scope) ? [] : [invalidValue('spec.scopes', used, 'unsupported scope')],
    ),
  );
  for (const scope of used)
    for (const name of Object.keys(spec.hard ?? {}).sort())
      if (scopes.includes(scope) && standard.has(name) && !countsIn(scope, name))
        errors.push(invalidValue('spec.scopes', used, 'unsupported scope applied to resource'));
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

function validateAmounts(amounts: Texts | undefined, path: string): Errors {
  return Object.entries(amounts ?? {}).flatMap(([name, value]) => {
    const here = `${path}[${name}]`;
    const errors = invalidFormat(here, name, isQualifiedName(name));
    if (!name.includes('/') && !standard.has(name) && !/^(requests\.)?hugepages-/.test(name))
      errors.push(invalidValue(here, name, 'must be a standard resource for quota'));
    return [...errors, ...quantity(value, here)];
  });
}

export function validateResourceQuotaStatus({ status }: ResourceQuota): Errors {
  return [...validateAmounts(status?.hard, 'status.hard'), ...validateAmounts(status?.used, 'status.used')];
}

export function validateResourceQuotaUpdate({ spec }: ResourceQuota, old: ResourceQuota): Errors {
  return immutable([...(spec?.scopes ?? [])].sort(), [...(old.spec?.scopes ?? [])].sort(), 'spec.scopes');
}
