import { ageColumn, column, countColumn, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { MutatingAdmissionPolicy } from '../schema/generated/types/admissionregistration-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateMutatingAdmissionPolicy } from '../validation/admissionregistration/policy.ts';
import { defaultAdmissionPolicy } from './defaults.ts';
import { paramKindText } from './param-text.ts';

export const mutatingAdmissionPolicy = kind<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy'),
  conditionalUpdate: true,
  generation: true,
  columns: [
    nameColumn,
    countColumn('Mutations', ({ spec }) => spec?.mutations?.length, { description: 'Number of mutations.' }),
    column('ParamKind', ({ spec }) => paramKindText(spec?.paramKind), { description: 'Kind of the parameters.' }),
    ageColumn,
  ],
  defaults: defaultAdmissionPolicy,
  validate: validateMutatingAdmissionPolicy,
});
