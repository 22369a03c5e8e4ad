import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { MutatingAdmissionPolicyBinding } from '../schema/generated/types/admissionregistration-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { validateMutatingAdmissionPolicyBinding } from '../validation/admissionregistration/policy-binding.ts';
import { defaultAdmissionPolicyBinding } from './defaults.ts';
import { paramRefText } from './param-text.ts';

export const mutatingAdmissionPolicyBinding = kind<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding'),
  conditionalUpdate: true,
  generation: true,
  columns: [
    nameColumn,
    column('PolicyName', ({ spec }) => spec?.policyName ?? '', { description: 'The policy that is put into force.' }),
    column('ParamRef', ({ spec }) => paramRefText(spec?.paramRef), { description: 'The parameters.' }),
    ageColumn,
  ],
  defaults: defaultAdmissionPolicyBinding,
  validate: validateMutatingAdmissionPolicyBinding,
});
