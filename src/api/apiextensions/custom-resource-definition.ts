import { nameAndCreation } from '../columns.ts';
import { kind } from '../kind.ts';
import type { CustomResourceDefinition } from '../schema/generated/types/apiextensions-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import {
  validateCustomResourceDefinition,
  validateCustomResourceDefinitionUpdate,
  validateNewDefinition,
  validateStoredVersions,
} from '../validation/apiextensions/custom-resource-definition.ts';
import { defaultCustomResourceDefinition } from './defaults.ts';
import { holdsDefinition, prepareDefinitionDelete } from './deletion.ts';
import { prepareDefinitionUpdate, prepareNewDefinition } from './strategy.ts';

export const customResourceDefinition = kind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition'),
  conditionalUpdate: true,
  generation: true,
  subresources: {
    status: { ...statusSubresource, validateUpdate: ({ spec, status }) => validateStoredVersions(spec, status) },
  },
  columns: nameAndCreation,
  defaults: defaultCustomResourceDefinition,
  prepareCreate: prepareNewDefinition,
  prepareUpdate: prepareDefinitionUpdate,
  holds: holdsDefinition,
  prepareDelete: prepareDefinitionDelete,
  validate: validateCustomResourceDefinition,
  validateCreate: validateNewDefinition,
  validateUpdate: validateCustomResourceDefinitionUpdate,
});
