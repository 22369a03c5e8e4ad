import { ageColumn, column, countColumn, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ValidatingAdmissionPolicy } from '../schema/generated/types/admissionregistration-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';
import {
  validateValidatingAdmissionPolicy,
  validateValidatingAdmissionPolicyStatus,
} from '../validation/admissionregistration/policy.ts';
import { defaultAdmissionPolicy } from './defaults.ts';
import { paramKindText } from './param-text.ts';

export const validatingAdmissionPolicy = kind<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy'),
  conditionalUpdate: true,
  generation: true,
  subresources: { status: { ...statusSubresource, validateUpdate: validateValidatingAdmissionPolicyStatus } },
  columns: [
    nameColumn,
    countColumn('Validations', ({ spec }) => spec?.validations?.length, { description: 'Number of rules.' }),
    column('ParamKind', ({ spec }) => paramKindText(spec?.paramKind), { description: 'Kind of the parameters.' }),
    ageColumn,
  ],
  defaults: defaultAdmissionPolicy,
  validate: validateValidatingAdmissionPolicy,
});
