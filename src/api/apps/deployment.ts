import { kind } from '../kind.ts';
import type { Deployment } from '../schema/generated/types/apps-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { scaleSubresource, statusSubresource } from '../subresources.ts';

export const deployment = kind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.apps.v1.Deployment'),
  generation: true,
  subresources: { scale: scaleSubresource, status: statusSubresource },
});
