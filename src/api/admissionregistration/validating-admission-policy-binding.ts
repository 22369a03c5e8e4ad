import { kind } from '../kind.ts';
import type { ValidatingAdmissionPolicyBinding } from '../schema/generated/types/admissionregistration-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const validatingAdmissionPolicyBinding = kind<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding'),
  generation: true,
});
