import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type {
  MatchResources,
  NamedRuleWithOperations,
} from '../../api/schema/generated/types/admissionregistration-v1.ts';
import type { Namespace } from '../../api/schema/generated/types/core-v1.ts';
import type { LabelSelector } from '../../api/schema/generated/types/meta-v1.ts';
import { cachedLabelSelectorOf } from '../../api/selectors/label-selector.ts';
import { notFound } from '../../api/status.ts';
import type { View } from '../../client/client.ts';
import type { AdmissionRequest } from '../contract.ts';
import { convertObject } from '../registry/conversion.ts';
import type { Equivalents } from '../registry/served-kind.ts';

/** Which requests a webhook or a policy is about (kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers). */
export interface Matching extends Pick<MatchResources, 'matchPolicy' | 'namespaceSelector' | 'objectSelector'> {
  readonly rules: readonly NamedRuleWithOperations[];
  readonly excluded?: readonly NamedRuleWithOperations[];
}

const exempt = new Set([
  ...['validatingwebhookconfigurations', 'mutatingwebhookconfigurations', 'validatingadmissionpolicies'],
  ...['validatingadmissionpolicybindings', 'mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'],
]);

/** What governs admission is not governed by it, or nobody could repair it. */
export function isExempt({ kind }: AdmissionRequest): boolean {
  return kind.group === 'admissionregistration.k8s.io' && exempt.has(kind.plural);
}

/** What somebody sees who asked for the request's resource as `kind`: that, or what its subresource speaks. */
export function shownKind({ body }: AdmissionRequest, kind: Kind): Kind {
  return body ?? kind;
}

/** An object of the request as somebody sees it who asked for `kind`. Only webhooks of custom resources make a Promise of it. */
export function shownAs<O extends KubeObject | undefined>(
  request: AdmissionRequest,
  kind: Kind,
  object: O,
): O | KubeObject | Promise<KubeObject> {
  return object && !request.body ? convertObject(request.kind, kind, object) : object;
}

/** The version in which the rules want to see the request's object; undefined: they do not speak of it. */
export function matchedKind(
  { rules, excluded = [], matchPolicy }: Matching,
  request: AdmissionRequest,
  equivalents: Equivalents,
): Kind | undefined {
  const candidates = matchPolicy === 'Exact' ? [request.kind] : equivalents(request.kind);
  if (excluded.some((rule) => candidates.some((kind) => ruleMatches(rule, request, kind)))) return undefined;
  return candidates.find((kind) => rules.some((rule) => ruleMatches(rule, request, kind)));
}

export function ruleMatches(rule: NamedRuleWithOperations, request: AdmissionRequest, kind: Kind): boolean {
  const { operation, subresource, ref } = request;
  const has = (list: readonly string[] | undefined, value: string) => list?.includes('*') || list?.includes(value);
  if (!has(rule.operations, operation) || !has(rule.apiGroups, kind.group) || !has(rule.apiVersions, kind.version))
    return false;
  if (rule.scope === 'Namespaced' && kind.scope !== 'Namespaced') return false;
  if (rule.scope === 'Cluster' && kind.scope === 'Namespaced') return false;
  if (rule.resourceNames?.length && !rule.resourceNames.includes(ref.name)) return false;
  return (rule.resources ?? []).some((resource) => {
    const [plural, part = ''] = resource.split('/');
    return (plural === '*' || plural === kind.plural) && (part === '*' || part === subresource);
  });
}

/** Whether the selectors hold: of the object before or after, and of its namespace. Throws ApiError `NotFound`. */
export function selectorsMatch(
  { objectSelector, namespaceSelector }: Matching,
  { object, old, kind, ref }: AdmissionRequest & { readonly object: KubeObject | undefined },
  namespaces: View<Namespace>,
): boolean {
  if (!isEmpty(objectSelector)) {
    const selector = cachedLabelSelectorOf(objectSelector);
    // Bodies of subresources may have no metadata.
    if (![object, old].some((one) => one?.metadata && selector.matches(one.metadata.labels))) return false;
  }
  if (isEmpty(namespaceSelector)) return true;
  const selector = cachedLabelSelectorOf(namespaceSelector);
  if (kind.group === '' && kind.plural === 'namespaces') return selector.matches((object ?? old)?.metadata.labels);
  if (kind.scope !== 'Namespaced') return true;
  const namespace = namespaces.get(ref.namespace ?? '');
  if (!namespace) throw notFound({ group: '', plural: 'namespaces' }, ref.namespace ?? '');
  return selector.matches(namespace.metadata.labels);
}

function isEmpty(selector: LabelSelector | undefined): boolean {
  return !selector || (!selector.matchExpressions?.length && Object.keys(selector.matchLabels ?? {}).length === 0);
}
