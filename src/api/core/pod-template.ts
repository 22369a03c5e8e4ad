import { kind } from '../kind.ts';
import type { PodTemplate } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const podTemplate = kind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.PodTemplate'),
});
