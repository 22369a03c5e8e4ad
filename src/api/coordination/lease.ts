import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { Lease } from '../schema/generated/types/coordination-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateLease } from '../validation/coordination/lease.ts';

export const lease = kind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.coordination.v1.Lease'),
  /** A node's heartbeat; all other leases elect leaders, and other servers must see those. */
  conditionalUpdate: true,
  durabilityOf: (object) => (object.metadata.namespace === 'kube-node-lease' ? 'lazy' : 'sync'),
  columns: [
    nameColumn,
    column('Holder', ({ spec }) => spec?.holderIdentity ?? '', { description: 'Who holds the lease.' }),
    ageColumn,
  ],
  createOnUpdate: true,
  validate: validateLease,
});
