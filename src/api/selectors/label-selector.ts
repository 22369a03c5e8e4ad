import type { LabelSelector as LabelSelectorObject } from '../schema/generated/types/meta-v1.ts';
import { quote } from '../validation/field-error.ts';
import { parseRequirements, SelectorError } from './label-text.ts';
import { compileRequirement, formatRequirement, type Labels, type Operator, type Requirement } from './requirement.ts';

/** A compiled label selector: make it once, ask it for every object. */
export interface LabelSelector {
  readonly requirements: readonly Requirement[];
  /** True when everything matches. */
  readonly matchesAll: boolean;
  matches(labels: Labels | undefined): boolean;
  /** The selector as it stands in a query: `a=b,c in (d,e)`. */
  toString(): string;
}

const noLabels: Labels = {};

/** Compiles requirements; all of them must hold. */
export function selectorOf(requirements: readonly Requirement[]): LabelSelector {
  const sorted = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const tests = sorted.map(compileRequirement);
  const [first] = tests;
  const matches =
    tests.length === 1 && first
      ? (labels: Labels | undefined) => first(labels ?? noLabels)
      : (labels: Labels | undefined) => tests.every((test) => test(labels ?? noLabels));
  return {
    requirements: sorted,
    matchesAll: tests.length === 0,
    matches,
    toString: () => sorted.map(formatRequirement).join(','),
  };
}

export const everything: LabelSelector = selectorOf([]);

export const nothing: LabelSelector = {
  requirements: [],
  matchesAll: false,
  matches: () => false,
  toString: () => '',
};

/** Reads a selector as it stands in a query. Throws SelectorError with upstream's message. */
export function parseLabelSelector(text: string): LabelSelector {
  return text === '' ? everything : selectorOf(parseRequirements(text));
}

/** A selector that wants exactly these labels, as Services and ReplicationControllers have it. */
export function selectorOfLabels(labels: Labels): LabelSelector {
  return selectorOf(Object.entries(labels).map(([key, value]) => ({ key, operator: '=', values: [value] })));
}

const operators: ReadonlyMap<string, Operator> = new Map([
  ['In', 'in'],
  ['NotIn', 'notin'],
  ['Exists', 'exists'],
  ['DoesNotExist', '!'],
] as const);

/**
 * Compiles a `metav1.LabelSelector`: absent matches nothing, empty matches everything. Values are taken as validation
 * let them in. Throws SelectorError for an operator that does not exist.
 */
export function labelSelectorOf(selector: LabelSelectorObject | undefined): LabelSelector {
  if (!selector) return nothing;
  const requirements: Requirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    requirements.push({ key, operator: '=', values: [value] });
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const known = operators.get(operator);
    if (!known) throw new SelectorError(`${quote(operator)} is not a valid label selector operator`);
    requirements.push({ key, operator: known, values: [...new Set(values)].sort() });
  }
  return requirements.length === 0 ? everything : selectorOf(requirements);
}

const compiled = new WeakMap<LabelSelectorObject, LabelSelector>();

/** The same, remembered for as long as the (shared, unchanging) selector object lives. */
export function cachedLabelSelectorOf(selector: LabelSelectorObject | undefined): LabelSelector {
  if (!selector) return nothing;
  let known = compiled.get(selector);
  if (!known) {
    known = labelSelectorOf(selector);
    compiled.set(selector, known);
  }
  return known;
}
