import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ResourceClaim } from '../schema/generated/types/resource-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import {
  validateResourceClaim,
  validateResourceClaimStatus,
  validateResourceClaimUpdate,
} from '../validation/resource/resource-claim.ts';
import { defaultResourceClaim } from './defaults.ts';

export const resourceClaim = kind<ResourceClaim>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.resource.v1.ResourceClaim'),
  subresources: { status: { ...statusSubresource, validateUpdate: validateResourceClaimStatus } },
  columns: [nameColumn, column('State', stateText, { description: 'How far allocation is.' }), ageColumn],
  defaults: defaultResourceClaim,
  validate: validateResourceClaim,
  validateUpdate: validateResourceClaimUpdate,
});

function stateText({ metadata, status }: ResourceClaim): string {
  const deleted = metadata.deletionTimestamp !== undefined;
  const states = [
    deleted && 'deleted',
    status?.allocation ? 'allocated' : !deleted && 'pending',
    status?.allocation && status.reservedFor?.length && 'reserved',
  ];
  return states.filter(Boolean).join(',');
}
