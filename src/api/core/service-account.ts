import { ageColumn, countColumn, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ServiceAccount } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { serviceAccountWarnings } from '../validation/warnings/others.ts';

export const serviceAccount = kind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.ServiceAccount'),
  subresources: {
    token: { verbs: ['create'], kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' } },
  },
  columns: [
    nameColumn,
    countColumn('Secrets', ({ secrets }) => secrets?.length, {
      description: 'Number of secrets that its pods may use.',
    }),
    ageColumn,
  ],
  warnings: serviceAccountWarnings,
});
