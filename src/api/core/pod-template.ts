import { column, formatLabels, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { PodTemplate } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validatePodTemplate } from '../validation/core/pod-template.ts';
import { defaultPodTemplate } from './pod-defaults.ts';

export const podTemplate = kind<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.PodTemplate'),
  columns: [
    nameColumn,
    column('Containers', ({ template }) => (template?.spec?.containers ?? []).map(({ name }) => name).join(','), {
      description: 'Names of the containers in the pod template.',
    }),
    column('Images', ({ template }) => (template?.spec?.containers ?? []).map(({ image }) => image ?? '').join(','), {
      description: 'Images of the containers in the pod template.',
    }),
    column('Pod Labels', ({ template }) => formatLabels(template?.metadata?.labels), {
      description: 'Labels of the pod template.',
    }),
  ],
  generation: true,
  defaults: ({ template }) => defaultPodTemplate(template),
  validate: validatePodTemplate,
});
