import { kind } from '../kind.ts';
import type { SelfSubjectRulesReview } from '../schema/generated/types/authorization-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const selfSubjectRulesReview = kind<SelfSubjectRulesReview>({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.authorization.v1.SelfSubjectRulesReview'),
  verbs: ['create'],
  review: true,
});
