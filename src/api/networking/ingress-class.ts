import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { IngressClass } from '../schema/generated/types/networking-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateIngressClass, validateIngressClassUpdate } from '../validation/networking/ingress-class.ts';
import { defaultIngressClass } from './defaults.ts';

export const ingressClass = kind<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.networking.v1.IngressClass'),
  generation: true,
  columns: [
    nameColumn,
    column('Controller', ({ spec }) => spec?.controller ?? '', {
      description: 'The controller that serves the class.',
    }),
    column('Parameters', parametersText, { description: 'The object with further parameters.' }),
    ageColumn,
  ],
  defaults: defaultIngressClass,
  validate: validateIngressClass,
  validateUpdate: validateIngressClassUpdate,
});

function parametersText({ spec }: IngressClass): string {
  if (!spec?.parameters) return '<none>';
  const { apiGroup, kind: parametersKind, name } = spec.parameters;
  return `${parametersKind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`;
}
