import { kind } from '../kind.ts';
import type { IPAddress } from '../schema/generated/types/networking-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const ipAddress = kind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.networking.v1.IPAddress'),
});
