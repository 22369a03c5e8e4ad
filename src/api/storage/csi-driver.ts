import { kind } from '../kind.ts';
import type { CSIDriver } from '../schema/generated/types/storage-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const csiDriver = kind<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.storage.v1.CSIDriver'),
  generation: true,
});
