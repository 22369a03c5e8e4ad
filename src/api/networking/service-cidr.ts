import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ServiceCIDR } from '../schema/generated/types/networking-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import { validateServiceCidr, validateServiceCidrUpdate } from '../validation/networking/addresses.ts';

export const serviceCidr = kind<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.networking.v1.ServiceCIDR'),
  subresources: { status: statusSubresource },
  columns: [
    nameColumn,
    column('CIDRs', ({ spec }) => (spec?.cidrs ?? []).join(','), {
      description: 'Blocks from which services get addresses.',
    }),
    ageColumn,
  ],
  validate: validateServiceCidr,
  validateUpdate: validateServiceCidrUpdate,
});
