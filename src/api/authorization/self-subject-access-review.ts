import { kind } from '../kind.ts';
import type { SelfSubjectAccessReview } from '../schema/generated/types/authorization-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const selfSubjectAccessReview = kind<SelfSubjectAccessReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.authorization.v1.SelfSubjectAccessReview'),
  verbs: ['create'],
  review: true,
});
