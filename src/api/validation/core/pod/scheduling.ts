import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from '../../../schema/generated/types/core-v1.ts';
import type { LabelSelector } from '../../../schema/generated/types/meta-v1.ts';
import { type Errors, each, oneOf, positive } from '../../common.ts';
import { duplicate, forbidden, invalidFormat, invalidValue, notSupported, required } from '../../field-error.ts';
import { isDns1123Label, isLabelValue, isQualifiedName } from '../../format.ts';
import { validateLabelSelector } from '../../label-selector.ts';

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTolerations(tolerations: readonly Toleration[] | undefined, path: string): Errors {
  return each(tolerations, path, ({ key, operator, value, effect, tolerationSeconds }, here) => {
    const errors = key ? invalidFormat(`${here}.key`, key, isQualifiedName(key)) : [];
    if (!key && operator !== 'Exists')
      errors.push(
        invalidValue(
          `${here}.operator`,
          operator ?? '',
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (tolerationSeconds !== undefined && effect !== 'NoExecute')
      errors.push(
        invalidValue(`${here}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"),
      );
    if (!operator || operator === 'Equal') {
      const complaints = isLabelValue(value ?? '');
      if (complaints.length > 0) errors.push(invalidValue(`${here}.operator`, value ?? '', complaints.join(';')));
    } else if (operator === 'Exists') {
      if (value)
        errors.push(invalidValue(`${here}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    } else errors.push(notSupported(`${here}.operator`, operator, ['Equal', 'Exists']));
    return effect ? [...errors, ...taintEffect(effect, `${here}.effect`)] : errors;
  });
}

export function taintEffect(effect: string, path: string): Errors {
  return taintEffects.includes(effect) ? [] : [notSupported(path, effect, taintEffects)];
}

export function validateAffinity(affinity: Affinity | undefined, path: string): Errors {
  if (!affinity) return [];
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  const requiredName = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferredName = 'preferredDuringSchedulingIgnoredDuringExecution';
  const errors: Errors = [];
  if (nodeAffinity) {
    const here = `${path}.nodeAffinity`;
    if (nodeAffinity[requiredName])
      errors.push(...validateNodeSelector(nodeAffinity[requiredName], `${here}.${requiredName}`));
    errors.push(
      ...each(nodeAffinity[preferredName], `${here}.${preferredName}`, ({ weight, preference }, term) => [
        ...weightErrors(weight, term),
        ...validateNodeSelectorTerm(preference, `${term}.preference`),
      ]),
    );
  }
  for (const [name, terms] of [['podAffinity', podAffinity] as const, ['podAntiAffinity', podAntiAffinity] as const]) {
    if (!terms) continue;
    errors.push(
      ...each(terms[requiredName], `${path}.${name}.${requiredName}`, validatePodAffinityTerm),
      ...each(terms[preferredName], `${path}.${name}.${preferredName}`, ({ weight, podAffinityTerm }, term) => [
        ...weightErrors(weight, term),
        ...validatePodAffinityTerm(podAffinityTerm, `${term}.podAffinityTerm`),
      ]),
    );
  }
  return errors;
}

function weightErrors(weight: number, path: string): Errors {
  return weight >= 1 && weight <= 100 ? [] : [invalidValue(`${path}.weight`, weight, 'must be in the range 1-100')];
}

export function validateNodeSelector({ nodeSelectorTerms }: NodeSelector, path: string): Errors {
  const here = `${path}.nodeSelectorTerms`;
  if ((nodeSelectorTerms ?? []).length === 0) return [required(here, 'must have at least one node selector term')];
  return each(nodeSelectorTerms, here, validateNodeSelectorTerm);
}

function validateNodeSelectorTerm({ matchExpressions, matchFields }: NodeSelectorTerm, path: string): Errors {
  return [
    ...each(matchExpressions, `${path}.matchExpressions`, validateNodeExpression),
    ...each(matchFields, `${path}.matchFields`, ({ key, operator, values = [] }, here) => {
      const errors: Errors = [];
      if (operator !== 'In' && operator !== 'NotIn')
        errors.push(invalidValue(`${here}.operator`, operator, 'not a valid selector operator'));
      else if (values.length !== 1)
        errors.push(
          required(
            `${here}.values`,
            "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
          ),
        );
      if (key !== 'metadata.name') errors.push(invalidValue(`${here}.key`, key, 'not a valid field selector key'));
      return errors;
    }),
  ];
}

function validateNodeExpression({ key, operator, values = [] }: NodeSelectorRequirement, path: string): Errors {
  const errors: Errors = [];
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0)
        errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0)
        errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      break;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1)
        errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalidValue(`${path}.operator`, operator, 'not a valid selector operator'));
  }
  return [...errors, ...invalidFormat(`${path}.key`, key, isQualifiedName(key))];
}

function validatePodAffinityTerm(term: PodAffinityTerm, path: string): Errors {
  const { topologyKey, namespaces, labelSelector, matchLabelKeys, mismatchLabelKeys } = term;
  return [
    ...(matchLabelKeys ? labelKeys(matchLabelKeys, `${path}.matchLabelKeys`, labelSelector) : []),
    ...(mismatchLabelKeys ? labelKeys(mismatchLabelKeys, `${path}.mismatchLabelKeys`, labelSelector) : []),
    ...each(mismatchLabelKeys, `${path}.matchLabelKeys`, (key, here) =>
      matchLabelKeys?.includes(key)
        ? [invalidValue(here, key, 'exists in both matchLabelKeys and mismatchLabelKeys')]
        : [],
    ),
    ...validateLabelSelector(term.labelSelector, `${path}.labelSelector`),
    ...validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`),
    ...each(namespaces, `${path}.namespaces`, (name, here) => invalidFormat(here, name, isDns1123Label(name))),
    ...topologyKeyErrors(topologyKey, `${path}.topologyKey`),
  ];
}

/** Labels whose values are taken from the pod itself. */
function labelKeys(keys: readonly string[], path: string, selector: LabelSelector | undefined): Errors {
  if (keys.length === 0) return [];
  if (!selector) return [forbidden(path, 'must not be specified when labelSelector is not set')];
  return each(keys, path, (key, here) => {
    const errors = invalidFormat(here, key, isQualifiedName(key));
    if (selector.matchLabels && Object.hasOwn(selector.matchLabels, key))
      errors.push(invalidValue(here, key, 'exists in both matchLabelKeys and labelSelector'));
    return errors;
  });
}

function topologyKeyErrors(key: string, path: string): Errors {
  return key ? invalidFormat(path, key, isQualifiedName(key)) : [required(path, 'can not be empty')];
}

export function validateTopologySpread(
  constraints: readonly TopologySpreadConstraint[] | undefined,
  path: string,
): Errors {
  const seen = new Set<string>();
  return each(constraints, path, (constraint, here) => {
    const { maxSkew, minDomains, topologyKey, whenUnsatisfiable, labelSelector } = constraint;
    const errors: Errors = [];
    if (maxSkew <= 0) errors.push(invalidValue(`${here}.maxSkew`, maxSkew, 'must be greater than zero'));
    errors.push(...topologyKeyErrors(topologyKey, `${here}.topologyKey`));
    const actions = ['DoNotSchedule', 'ScheduleAnyway'];
    if (!actions.includes(whenUnsatisfiable))
      errors.push(notSupported(`${here}.whenUnsatisfiable`, whenUnsatisfiable, actions));
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (seen.has(pair)) errors.push(duplicate(`${here}.{topologyKey, whenUnsatisfiable}`, pair));
    seen.add(pair);
    errors.push(...positive(minDomains, `${here}.minDomains`));
    if (minDomains !== undefined && whenUnsatisfiable !== 'DoNotSchedule')
      errors.push(
        invalidValue(
          `${here}.minDomains`,
          minDomains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
        ),
      );
    for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const)
      errors.push(...oneOf(constraint[name], `${here}.${name}`, ['Honor', 'Ignore']));
    errors.push(...validateLabelSelector(labelSelector, `${here}.labelSelector`));
    return constraint.matchLabelKeys
      ? [...errors, ...labelKeys(constraint.matchLabelKeys, `${here}.matchLabelKeys`, labelSelector)]
      : errors;
  });
}
