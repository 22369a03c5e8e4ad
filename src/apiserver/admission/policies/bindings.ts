import type { Kind } from '../../../api/kind.ts';
import type { KubeObject } from '../../../api/object.ts';
import type {
  MatchResources,
  ParamKind,
  ParamRef,
} from '../../../api/schema/generated/types/admissionregistration-v1.ts';
import type { Namespace } from '../../../api/schema/generated/types/core-v1.ts';
import type { LabelSelector } from '../../../api/schema/generated/types/meta-v1.ts';
import { labelSelectorOf } from '../../../api/selectors/label-selector.ts';
import type { Client, View } from '../../../client/client.ts';
import type { AdmissionRequest, Authorizer } from '../../contract.ts';
import type { Equivalents } from '../../registry/served-kind.ts';
import { isExempt, type Matching, matchedKind, selectorsMatch } from '../match-rules.ts';

/** What validating and mutating policies have in common. */
export interface Policy extends KubeObject {
  readonly spec?: { readonly matchConstraints?: MatchResources; readonly paramKind?: ParamKind };
}

export interface PolicyBinding extends KubeObject {
  readonly spec?: {
    readonly policyName?: string;
    readonly paramRef?: ParamRef;
    readonly matchResources?: MatchResources;
  };
}

export interface PolicyOptions {
  readonly client: Client;
  readonly kinds: () => readonly Kind[];
  readonly namespaces: View<Namespace>;
  readonly equivalents: Equivalents;
  readonly authorizer: Authorizer;
}

/** A policy that a binding puts into force for a request. */
export interface InForce<P extends Policy, B extends PolicyBinding> {
  readonly policy: P;
  readonly binding: B;
  /** The version in which the policy wants to see the object. */
  readonly kind: Kind;
}

function matchingOf(match: MatchResources = {}): Matching {
  const { resourceRules = [], excludeResourceRules = [], ...rest } = match;
  return { ...rest, rules: resourceRules, excluded: excludeResourceRules };
}

const everything = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*', '*/*'] };

/** Policies and bindings whose rules speak of the request; selectors are looked at later. */
export function policiesFor<P extends Policy, B extends PolicyBinding>(
  { policies, bindings }: { readonly policies: View<P>; readonly bindings: View<B> },
  request: AdmissionRequest,
  equivalents: Equivalents,
): InForce<P, B>[] {
  const all = bindings.list();
  if (all.length === 0 || isExempt(request)) return [];
  return all.flatMap((binding) => {
    const policy = policies.get(binding.spec?.policyName ?? '');
    const kind = policy && matchedKind(matchingOf(policy.spec?.matchConstraints), request, equivalents);
    if (!kind) return [];
    const own = matchingOf(binding.spec?.matchResources);
    const narrowed = own.rules.length > 0 ? own : { ...own, rules: [everything] };
    return matchedKind(narrowed, request, equivalents) ? [{ policy, binding, kind }] : [];
  });
}

export function isSelected(
  { policy, binding }: InForce<Policy, PolicyBinding>,
  request: AdmissionRequest & { readonly object: KubeObject | undefined },
  namespaces: View<Namespace>,
): boolean {
  return [policy.spec?.matchConstraints, binding.spec?.matchResources].every((match) =>
    selectorsMatch(matchingOf(match), request, namespaces),
  );
}

/** What a policy is evaluated with: nothing, once, where it takes no parameters. Throws Error when they are missing and must not be. */
export async function paramsFor(
  { client, kinds }: PolicyOptions,
  { policy, binding }: InForce<Policy, PolicyBinding>,
  { ref }: AdmissionRequest,
): Promise<readonly (KubeObject | undefined)[]> {
  const { paramKind } = policy.spec ?? {};
  const { paramRef } = binding.spec ?? {};
  if (!paramKind || !paramRef) return [undefined];
  const { apiVersion = '', kind: name = '' } = paramKind;
  const kind = kinds().find((one) => one.apiVersion === apiVersion && one.kind === name);
  if (!kind) throw new Error(`failed to find resource referenced by paramKind: '${apiVersion}, Kind=${name}'`);
  const namespace = kind.scope === 'Namespaced' ? (paramRef.namespace ?? ref.namespace) : undefined;
  if (kind.scope === 'Namespaced' && !namespace)
    throw new Error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources');
  const found = await (kind.convert ? convertedParams : viewedParams)(client, kind, { ...paramRef, namespace });
  if (found.length === 0 && paramRef.parameterNotFoundAction !== 'Allow')
    throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction');
  return found;
}

interface Wanted {
  readonly namespace: string | undefined;
  readonly name?: string;
  readonly selector?: LabelSelector;
}

async function viewedParams(
  client: Client,
  kind: Kind,
  { namespace, name, selector }: Wanted,
): Promise<readonly KubeObject[]> {
  const view = client.view(kind);
  await view.ready();
  if (name) return [view.get(namespace ? `${namespace}/${name}` : name)].filter((one) => one !== undefined);
  return view.list(namespace).filter(({ metadata }) => labelSelectorOf(selector).matches(metadata.labels));
}

/** Of versions that a webhook makes there is no view. */
async function convertedParams(
  client: Client,
  kind: Kind,
  { namespace, name, selector }: Wanted,
): Promise<readonly KubeObject[]> {
  const { items } = await client.list(kind, {
    ...(namespace && { namespace }),
    ...(name && { fieldSelector: `metadata.name=${name}` }),
  });
  return items.filter(({ metadata }) => name || labelSelectorOf(selector).matches(metadata.labels));
}
