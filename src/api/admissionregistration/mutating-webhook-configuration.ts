import { ageColumn, countColumn, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { MutatingWebhookConfiguration } from '../schema/generated/types/admissionregistration-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateWebhookConfiguration } from '../validation/admissionregistration/webhook-configuration.ts';
import { defaultMutatingWebhooks } from './defaults.ts';

export const mutatingWebhookConfiguration = kind<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration'),
  conditionalUpdate: true,
  generation: true,
  columns: [
    nameColumn,
    countColumn('Webhooks', ({ webhooks }) => webhooks?.length, { description: 'Number of webhooks.' }),
    ageColumn,
  ],
  defaults: defaultMutatingWebhooks,
  validate: validateWebhookConfiguration,
});
