import { kind } from '../kind.ts';
import type { APIService } from '../schema/generated/types/apiregistration-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const apiService = kind<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService'),
  subresources: { status: statusSubresource },
});
