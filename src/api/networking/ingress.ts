import { kind } from '../kind.ts';
import type { Ingress } from '../schema/generated/types/networking-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const ingress = kind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.networking.v1.Ingress'),
  generation: true,
  subresources: { status: statusSubresource },
});
