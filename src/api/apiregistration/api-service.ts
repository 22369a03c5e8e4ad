import { ageColumn, column, nameColumn } from '../columns.ts';
import { fill } from '../fill.ts';
import { kind } from '../kind.ts';
import type { APIService } from '../schema/generated/types/apiregistration-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import { validateApiService, validateApiServiceStatus } from '../validation/apiregistration/api-service.ts';
import { nameIsPathSegment } from '../validation/names.ts';

export const apiService = kind<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService'),
  conditionalUpdate: true,
  subresources: { status: { ...statusSubresource, validateUpdate: validateApiServiceStatus } },
  columns: [
    nameColumn,
    column(
      'Service',
      ({ spec }) => (spec?.service ? `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}` : 'Local'),
      { description: 'The service that answers for the group version.' },
    ),
    column('Available', available, { description: 'Whether it answers.' }),
    ageColumn,
  ],
  validateName: nameIsPathSegment,
  defaults: ({ spec }) => {
    if (spec?.service) fill(spec.service, { port: 443 });
  },
  validate: validateApiService,
});

function available({ status }: APIService): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
}
