import { kind } from '../kind.ts';
import type { CronJob } from '../schema/generated/types/batch-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const cronJob = kind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.batch.v1.CronJob'),
  generation: true,
  subresources: { status: statusSubresource },
});
