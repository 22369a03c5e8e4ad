import { nameAndAge } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ResourceClaimTemplate } from '../schema/generated/types/resource-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import {
  validateResourceClaimTemplate,
  validateResourceClaimTemplateUpdate,
} from '../validation/resource/resource-claim.ts';
import { defaultResourceClaimTemplate } from './defaults.ts';

export const resourceClaimTemplate = kind<ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.resource.v1.ResourceClaimTemplate'),
  columns: nameAndAge,
  defaults: defaultResourceClaimTemplate,
  validate: validateResourceClaimTemplate,
  validateUpdate: validateResourceClaimTemplateUpdate,
});
