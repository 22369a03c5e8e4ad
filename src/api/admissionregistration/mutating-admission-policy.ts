import { kind } from '../kind.ts';
import type { MutatingAdmissionPolicy } from '../schema/generated/types/admissionregistration-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const mutatingAdmissionPolicy = kind<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy'),
  generation: true,
});
