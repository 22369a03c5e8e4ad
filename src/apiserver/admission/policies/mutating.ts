import { policyVariables } from '../../../api/admissionregistration/expressions/variables.ts';
import { type Draft, draftOf, type KubeObject } from '../../../api/object.ts';
import { jsonPatch, strategicMergePatch } from '../../../api/patch/index.ts';
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  Mutation,
} from '../../../api/schema/generated/types/admissionregistration-v1.ts';
import { ApiError, forbidden } from '../../../api/status.ts';
import { toError } from '../../../base/errors.ts';
import type { View } from '../../../client/client.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../../contract.ts';
import { copyJson, sameJson } from '../../registry/json.ts';
import { checkConditions } from '../match-conditions.ts';
import { shownAs, shownKind } from '../match-rules.ts';
import { decodePatched, takeOver } from '../patched-object.ts';
import { type InForce, isSelected, type PolicyOptions, paramsFor, policiesFor } from './bindings.ts';
import { Expressions } from './expressions.ts';

type Pair = InForce<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>;
type Object = Draft<KubeObject>;
type Json = Readonly<Record<string, unknown>>;

export interface MutatingPolicies {
  /** Runs all policies; when they changed the object, the plugins before them and then `again`. */
  readonly first: AdmissionPlugin;
  /** Runs those that asked for it with `reinvocationPolicy: IfNeeded`; for when something changed the object later. */
  readonly again: AdmissionPlugin;
}

/** MutatingAdmissionPolicy (kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy). */
export function mutatingPolicies(
  stored: {
    readonly policies: View<MutatingAdmissionPolicy>;
    readonly bindings: View<MutatingAdmissionPolicyBinding>;
  },
  options: PolicyOptions & { readonly before: readonly AdmissionPlugin[] },
): MutatingPolicies {
  const compiled = new WeakMap<MutatingAdmissionPolicy, Expressions>();
  const inForce = (request: AdmissionRequest) => policiesFor(stored, request, options.equivalents);
  const isReinvoked = ({ policy }: Pair) => policy.spec?.reinvocationPolicy === 'IfNeeded';

  const run = async (pairs: readonly Pair[], request: AdmissionRequest, object: Object) => {
    for (const pair of pairs) {
      if (!isSelected(pair, { ...request, object: object as KubeObject }, options.namespaces)) continue;
      let expressions = compiled.get(pair.policy);
      if (!expressions) {
        expressions = await Expressions.load(policyVariables, options.authorizer);
        compiled.set(pair.policy, expressions);
      }
      try {
        for (const params of await paramsFor(options, pair, request))
          await mutateOnce(pair, expressions, { request, object, params, namespaces: options.namespaces });
      } catch (error) {
        if (pair.policy.spec?.failurePolicy === 'Ignore') continue;
        throw refusal(pair, request, toError(error).message);
      }
    }
  };
  const handles = (request: AdmissionRequest) =>
    (request.operation === 'CREATE' || request.operation === 'UPDATE') && inForce(request).length > 0;
  const again: AdmissionPlugin = {
    name: 'MutatingAdmissionPolicy',
    handles,
    mutate: async (request, object) => object && run(inForce(request).filter(isReinvoked), request, object),
  };
  const first: AdmissionPlugin = {
    name: 'MutatingAdmissionPolicy',
    handles,
    async mutate(request, object) {
      if (!object) return;
      const original = draftOf(object);
      await run(inForce(request), request, object);
      if (sameJson(original, object)) return;
      const made = draftOf(object);
      for (const plugin of options.before)
        if (plugin.mutate && plugin.handles(request)) await plugin.mutate(request, object);
      if (!sameJson(made, object)) await again.mutate?.(request, object);
    },
  };
  return { first, again };
}

/** All mutations of a policy with one set of parameters; each sees what those before it made. Throws Error. */
async function mutateOnce(
  { policy, kind }: Pair,
  expressions: Expressions,
  {
    request,
    object,
    params,
    namespaces,
  }: {
    readonly request: AdmissionRequest;
    readonly object: Object;
    readonly params: KubeObject | undefined;
    readonly namespaces: PolicyOptions['namespaces'];
  },
): Promise<void> {
  const bind = async () =>
    expressions.bind(
      {
        request,
        kind,
        object: await shownAs(request, kind, object as KubeObject),
        old: await shownAs(request, kind, request.old),
        namespace: request.ref.namespace ? namespaces.get(request.ref.namespace) : undefined,
        params,
      },
      policy.spec?.variables,
    );
  const conditions = checkConditions(policy.spec?.matchConditions ?? [], expressions, await bind());
  if (conditions.error !== undefined) throw new Error(conditions.error);
  if (!conditions.matches) return;
  for (const mutation of policy.spec?.mutations ?? []) {
    const { value, error } = expressions.evaluate(expressionOf(mutation), await bind());
    if (error !== undefined) throw new Error(error);
    const shown = copyJson(await shownAs(request, kind, object as KubeObject));
    const shape = shownKind(request, kind);
    const made =
      mutation.patchType === 'JSONPatch'
        ? jsonPatch(shown, value)
        : strategicMergePatch(shape.schema(), shown as unknown as Json, value as Json);
    await takeOver(request, kind, { object, patched: decodePatched(shape, made) });
  }
}

function expressionOf({ patchType, jsonPatch: patch, applyConfiguration }: Mutation): string {
  return (patchType === 'JSONPatch' ? patch?.expression : applyConfiguration?.expression) ?? '';
}

function refusal({ policy, binding }: Pair, { kind, ref }: AdmissionRequest, why: string): ApiError {
  const names = `policy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  const { message, details } = forbidden(kind, ref.name, `${names} denied request: ${why}`);
  return new ApiError('Invalid', message, details);
}
