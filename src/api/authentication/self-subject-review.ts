import { kind } from '../kind.ts';
import type { SelfSubjectReview } from '../schema/generated/types/authentication-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const selfSubjectReview = kind<SelfSubjectReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.authentication.v1.SelfSubjectReview'),
  verbs: ['create'],
  review: true,
});
