import { kind } from '../kind.ts';
import type { SubjectAccessReview } from '../schema/generated/types/authorization-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const subjectAccessReview = kind<SubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.authorization.v1.SubjectAccessReview'),
  verbs: ['create'],
  review: true,
});
