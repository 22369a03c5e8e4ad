import { kind } from '../kind.ts';
import type { IngressClass } from '../schema/generated/types/networking-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const ingressClass = kind<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.networking.v1.IngressClass'),
  generation: true,
});
