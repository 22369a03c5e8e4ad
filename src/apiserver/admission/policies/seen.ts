import type { CelInput } from '@bufbuild/cel';
import type { authorizerValue } from '../../../api/cel/authorizer.ts';
import { bool, dyn, int, listOf, mapOf, objectOf, string, type Type } from '../../../api/cel/types/type.ts';
import type { toCel } from '../../../api/cel/values.ts';
import type { Kind } from '../../../api/kind.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { Namespace } from '../../../api/schema/generated/types/core-v1.ts';
import type { AdmissionRequest } from '../../contract.ts';
import { shownKind } from '../match-rules.ts';
import { requestOf, typed } from '../webhooks/review.ts';

/** What expressions see of a request. */
export interface Seen {
  readonly request: AdmissionRequest;
  /** The version in which the object is shown. */
  readonly kind: Kind;
  readonly object: KubeObject | undefined;
  readonly old: KubeObject | undefined;
  readonly namespace?: Namespace | undefined;
  readonly params?: KubeObject | undefined;
}

const names = (...fields: readonly string[]) => Object.fromEntries(fields.map((field) => [field, string]));
const kindType = objectOf('kubernetes.GroupVersionKind', names('group', 'version', 'kind'));
const resourceType = objectOf('kubernetes.GroupVersionResource', names('group', 'version', 'resource'));
const requestType = objectOf('kubernetes.AdmissionRequest', {
  ...names('subResource', 'requestSubResource', 'name', 'namespace', 'operation'),
  ...{ kind: kindType, requestKind: kindType, resource: resourceType, requestResource: resourceType },
  userInfo: objectOf('kubernetes.UserInfo', {
    ...names('username', 'uid'),
    groups: listOf(string),
    extra: mapOf(string, listOf(string)),
  }),
  dryRun: bool,
  options: dyn,
});
const namespaceType = objectOf('kubernetes.Namespace', {
  ...names('apiVersion', 'kind'),
  metadata: objectOf('kubernetes.NamespaceMetadata', {
    ...names('name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'deletionGracePeriodSeconds'),
    generation: int,
    ...{ labels: mapOf(string, string), annotations: mapOf(string, string) },
    ...{ creationTimestamp: dyn, deletionTimestamp: dyn, finalizers: listOf(string) },
  }),
  spec: objectOf('kubernetes.NamespaceSpec', { finalizers: listOf(string) }),
  status: objectOf('kubernetes.NamespaceStatus', {
    phase: string,
    conditions: listOf(
      objectOf('kubernetes.NamespaceCondition', {
        ...names('status', 'type', 'reason', 'message'),
        lastTransitionTime: dyn,
      }),
    ),
  }),
});

/** What match conditions of webhooks may name, and what policies may beside it. */
export const conditionVariables: Readonly<Record<string, Type>> = {
  object: dyn,
  oldObject: dyn,
  request: requestType,
  authorizer: { kind: 'opaque', name: 'kubernetes.authorization.Authorizer' },
};
export const policyVariables: Readonly<Record<string, Type>> = {
  ...conditionVariables,
  namespaceObject: namespaceType,
  params: dyn,
  variables: dyn,
};

export type Bindings = Record<string, CelInput>;

/** Of the engine, which is loaded late. */
export interface ValueMakers {
  readonly toCel: typeof toCel;
  readonly authorizerValue: typeof authorizerValue;
}

/** CEL values by name, each made when first asked for: most expressions look at one. */
export function lazyBindings(seen: Seen, { toCel, authorizerValue }: ValueMakers): Bindings {
  const { request, kind, object, old, namespace, params } = seen;
  const shape = shownKind(request, kind);
  const makers: Readonly<Record<string, () => CelInput>> = {
    object: () => (object ? toCel(typed(shape, object), shape.schema()) : null),
    oldObject: () => (old ? toCel(typed(shape, old), shape.schema()) : null),
    request: () => toCel(requestOf(request, kind)),
    namespaceObject: () => (namespace ? toCel(namespace) : null),
    params: () => (params ? toCel(params) : null),
    authorizer: () => {
      const { subresource, ref } = request;
      const { namespace = '', name } = ref;
      return authorizerValue({ group: kind.group, plural: kind.plural, subresource, namespace, name });
    },
  };
  const bindings: Bindings = {};
  for (const [name, make] of Object.entries(makers)) {
    let value: { readonly made: CelInput } | undefined;
    Object.defineProperty(bindings, name, {
      enumerable: true,
      get() {
        value ??= { made: make() };
        return value.made;
      },
    });
  }
  return bindings;
}
