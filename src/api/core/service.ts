import { kind } from '../kind.ts';
import type { Service } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { proxyVerbs, statusSubresource } from '../subresources.ts';
import { validateService, validateServiceStatus, validateServiceUpdate } from '../validation/core/service.ts';
import { nameIsDns1035Label } from '../validation/names.ts';
import { serviceWarnings } from '../validation/warnings/others.ts';
import { serviceColumns } from './service-columns.ts';
import { defaultService } from './service-defaults.ts';
import { prepareNewService, prepareServiceUpdate } from './service-strategy.ts';

export const service = kind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.Service'),
  subresources: {
    proxy: { verbs: proxyVerbs, kind: { group: '', version: 'v1', kind: 'ServiceProxyOptions' } },
    status: { ...statusSubresource, validateUpdate: validateServiceStatus },
  },
  columns: serviceColumns,
  selectableFields: {
    'spec.clusterIP': selectable(({ spec }) => spec?.clusterIP),
    'spec.type': selectable(({ spec }) => spec?.type),
  },
  validateName: nameIsDns1035Label,
  createOnUpdate: true,
  defaults: defaultService,
  prepareCreate: prepareNewService,
  prepareUpdate: prepareServiceUpdate,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  warnings: serviceWarnings,
});
