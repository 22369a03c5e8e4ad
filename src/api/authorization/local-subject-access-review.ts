import { kind } from '../kind.ts';
import type { LocalSubjectAccessReview } from '../schema/generated/types/authorization-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const localSubjectAccessReview = kind<LocalSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.authorization.v1.LocalSubjectAccessReview'),
  verbs: ['create'],
  review: true,
});
