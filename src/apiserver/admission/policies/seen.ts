import type { CelInput } from '@bufbuild/cel';
import type { authorizerValue } from '../../../api/cel/authorizer.ts';
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
