import { kind } from '../kind.ts';
import type { TokenReview } from '../schema/generated/types/authentication-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const tokenReview = kind<TokenReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.authentication.v1.TokenReview'),
  verbs: ['create'],
  review: true,
});
