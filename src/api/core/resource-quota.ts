import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ResourceQuota } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import {
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
} from '../validation/core/resource-quota.ts';

export const resourceQuota = kind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.ResourceQuota'),
  subresources: { status: { ...statusSubresource, validateUpdate: validateResourceQuotaStatus } },
  columns: [
    nameColumn,
    column('Request', (quota) => usageText(quota, false), {
      description: 'Used and allowed, for requests and numbers of objects.',
    }),
    column('Limit', (quota) => usageText(quota, true), { description: 'Used and allowed, for limits.' }),
    ageColumn,
  ],
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
});

function usageText({ status }: ResourceQuota, ofLimits: boolean): string {
  const { hard = {}, used = {} } = status ?? {};
  const names = Object.keys(hard).filter((name) => name.startsWith('limits.') === ofLimits);
  return names
    .sort()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
    .join(', ');
}
