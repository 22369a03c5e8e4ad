import { kind } from '../kind.ts';
import type { ResourceQuota } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const resourceQuota = kind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.ResourceQuota'),
  subresources: { status: statusSubresource },
});
