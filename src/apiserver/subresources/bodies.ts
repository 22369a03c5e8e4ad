import { kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { TokenRequest } from '../../api/schema/generated/types/authentication-v1.ts';
import type { Scale } from '../../api/schema/generated/types/autoscaling-v1.ts';
import type { Binding } from '../../api/schema/generated/types/core-v1.ts';
import type { Eviction } from '../../api/schema/generated/types/policy-v1.ts';
import { schemaOf } from '../../api/schema/lookup.ts';

/** What some subresources speak instead of their kind; served nowhere else. */

const unlisted = { scope: 'Namespaced', verbs: ['create'], review: true } as const;

export const scaleBody = kind<Scale & KubeObject>({
  ...unlisted,
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  plural: 'scales',
  schema: () => schemaOf('io.k8s.api.autoscaling.v1.Scale'),
});

export const bindingBody = kind<Binding & KubeObject>({
  ...unlisted,
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  schema: () => schemaOf('io.k8s.api.core.v1.Binding'),
});

export const evictionBody = kind<Eviction & KubeObject>({
  ...unlisted,
  group: 'policy',
  version: 'v1',
  kind: 'Eviction',
  plural: 'evictions',
  schema: () => schemaOf('io.k8s.api.policy.v1.Eviction'),
});

export const tokenRequestBody = kind<TokenRequest & KubeObject>({
  ...unlisted,
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  plural: 'tokenrequests',
  schema: () => schemaOf('io.k8s.api.authentication.v1.TokenRequest'),
});
