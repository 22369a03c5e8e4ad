/** Which names a definition gets, and what its conditions say of it. */
import { formatTime } from '../object.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionStatus,
} from '../schema/generated/types/apiextensions-v1.ts';
import { conversionCaFault } from '../validation/apiextensions/ca-bundle.ts';
import { approvalAnnotation, isProtectedGroup } from '../validation/apiextensions/protected-group.ts';

type Condition = Pick<CustomResourceDefinitionCondition, 'type' | 'status' | 'reason' | 'message'>;

export function conditionOf(
  { status }: CustomResourceDefinition,
  type: string,
): CustomResourceDefinitionCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

export function isTrue(definition: CustomResourceDefinition, type: string): boolean {
  return conditionOf(definition, type)?.status === 'True';
}

/** The conditions with these in place of those of the same type; a time changes only with its status. */
export function withConditions(
  present: readonly CustomResourceDefinitionCondition[] | undefined,
  changed: readonly Condition[],
  now: string,
): CustomResourceDefinitionCondition[] {
  const next = [...(present ?? [])];
  for (const condition of changed) {
    const at = next.findIndex(({ type }) => type === condition.type);
    const old = next[at];
    const lastTransitionTime = old?.status === condition.status ? (old.lastTransitionTime ?? now) : now;
    const made = { lastTransitionTime, ...condition };
    if (at < 0) next.push(made);
    else next[at] = made;
  }
  return next;
}

/** What a definition's status is to be, beside others. Names that are taken stay with who has them. */
export function settledStatus(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  nowMs: number,
): CustomResourceDefinitionStatus {
  const { names, condition } = acceptNames(definition, others);
  const accepted = condition.status === 'True';
  const established: Condition = isTrue(definition, 'Established')
    ? (conditionOf(definition, 'Established') as Condition)
    : firstEstablished(definition, accepted);
  const changed = [condition, established, ...approvalOf(definition)];
  return {
    ...definition.status,
    conditions: withConditions(definition.status?.conditions, changed, formatTime(nowMs)),
    acceptedNames: names,
    storedVersions: definition.status?.storedVersions ?? [],
  };
}

/** Whether it can be served for the first time. */
function firstEstablished({ spec }: CustomResourceDefinition, isAccepted: boolean): Condition {
  const type = 'Established';
  if (!isAccepted) return { type, status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
  if (conversionCaFault(spec.conversion) !== undefined)
    return { type, status: 'False', reason: 'InvalidCABundle', message: 'The conversion webhook CABundle is invalid' };
  return { type, status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' };
}

function acceptNames(
  { spec, status }: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
): { readonly names: CustomResourceDefinitionNames; readonly condition: Condition } {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { acceptedNames: taken } of others.map((other) => other.status ?? {})) {
    if (!taken) continue;
    for (const name of [taken.plural, taken.singular, ...(taken.shortNames ?? [])]) if (name) resources.add(name);
    for (const name of [taken.kind, taken.listKind]) if (name) kinds.add(name);
  }
  const wanted = spec.names;
  const had: Partial<CustomResourceDefinitionNames> = status?.acceptedNames ?? {};
  const faults: { readonly reason: string; readonly message: string }[] = [];
  const isFree = (name: string | undefined, own: string | undefined, taken: ReadonlySet<string>, reason: string) => {
    if (!name || name === own || !taken.has(name)) return true;
    faults.push({ reason, message: `${JSON.stringify(name)} is already in use` });
    return false;
  };
  const one = (field: 'plural' | 'singular' | 'kind' | 'listKind', taken: ReadonlySet<string>, reason: string) =>
    isFree(wanted[field], had[field], taken, reason) ? wanted[field] : had[field];
  const plural = one('plural', resources, 'PluralConflict');
  const singular = one('singular', resources, 'SingularConflict');
  const short = wanted.shortNames ?? [];
  const shortAreFree = short
    .map((name) =>
      isFree(
        name,
        had.shortNames?.find((own) => own === name),
        resources,
        'ShortNamesConflict',
      ),
    )
    .every(Boolean);
  const shortNames = shortAreFree ? wanted.shortNames : had.shortNames;
  const kind = one('kind', kinds, 'KindConflict');
  const listKind = one('listKind', kinds, 'ListKindConflict');
  const last = faults.at(-1);
  return {
    names: {
      plural: plural ?? '',
      ...(singular && { singular }),
      ...(shortNames && { shortNames }),
      kind: kind ?? '',
      ...(listKind && { listKind }),
      ...(wanted.categories && { categories: wanted.categories }),
    },
    condition: last
      ? { type: 'NamesAccepted', status: 'False', ...last }
      : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
  };
}

function approvalOf({ spec, metadata }: CustomResourceDefinition): readonly Condition[] {
  if (!isProtectedGroup(spec.group)) return [];
  const type = 'KubernetesAPIApprovalPolicyConformant';
  const text = metadata.annotations?.[approvalAnnotation];
  if (!text) {
    const message = `protected groups must have approval annotation "${approvalAnnotation}", see https://github.com/kubernetes/enhancements/pull/1111`;
    return [{ type, status: 'False', reason: 'MissingAnnotation', message }];
  }
  if (text.startsWith('unapproved'))
    return [
      { type, status: 'False', reason: 'UnapprovedAnnotation', message: `not approved: ${JSON.stringify(text)}` },
    ];
  if (!URL.canParse(text)) {
    const message = `protected groups must have approval annotation "${approvalAnnotation}" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`;
    return [{ type, status: 'False', reason: 'InvalidAnnotation', message }];
  }
  return [{ type, status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${text}` }];
}
