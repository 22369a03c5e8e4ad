import { ageColumn, countColumn, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ValidatingWebhookConfiguration } from '../schema/generated/types/admissionregistration-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateWebhookConfiguration } from '../validation/admissionregistration/webhook-configuration.ts';
import { defaultValidatingWebhooks } from './defaults.ts';

export const validatingWebhookConfiguration = kind<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration'),
  conditionalUpdate: true,
  generation: true,
  columns: [
    nameColumn,
    countColumn('Webhooks', ({ webhooks }) => webhooks?.length, { description: 'Number of webhooks.' }),
    ageColumn,
  ],
  defaults: defaultValidatingWebhooks,
  validate: validateWebhookConfiguration,
});
