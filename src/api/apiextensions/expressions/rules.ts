/** `x-kubernetes-validations`: rules in CEL that stand in a definition's schema. */
import { type CelBudget, CelCompileError, type CelProgram, compile } from '../../cel/program.ts';
import { dyn, optionalOf } from '../../cel/types/type.ts';
import { jsonEqual } from '../../patch/index.ts';
import type { JSONSchemaProps, ValidationRule } from '../../schema/generated/types/apiextensions-v1.ts';
import type { FieldError } from '../../status.ts';
import { duplicate, forbidden, invalidValue, required } from '../../validation/field-error.ts';
import type { ExpressionRules } from '../validation/object-rules.ts';
import { type Before, formerField, formerItems, isRecord } from '../validation/schema-validator.ts';
import type { RuleCost } from './costs.ts';
import { leastBytes, mostRequestBytes } from './sizes.ts';
import { typeOfSchema } from './types.ts';
import { celValueOf, ofEveryObject } from './values.ts';

/** Upstream's budget for all rules of one object. */
const perObjectSteps = 10_000_000;
const mostMessageChars = 5120;

interface Rule {
  readonly source: ValidationRule;
  readonly program: CelProgram;
  readonly message: CelProgram | undefined;
}

/** A part of the schema in which there are rules, or below which there are. */
interface Node {
  readonly schema: JSONSchemaProps;
  readonly rules: readonly Rule[];
  readonly properties: ReadonlyMap<string, Node>;
  /** Of free keys, or of the items of a list. */
  readonly inner: Node | undefined;
}

/** Where a rule stands, and why it cannot be used. */
export interface RuleFault {
  readonly path: string;
  /** What stands there. */
  readonly expression: string | boolean;
  readonly message: string;
  /** The part of the schema that the message speaks of; its path stands behind the message. */
  readonly within?: string;
}

/** What is wrong with the rules of a schema, and what the others cost. */
export interface RuleFindings {
  readonly faults: readonly RuleFault[];
  readonly costs: readonly RuleCost[];
}

interface Findings {
  readonly faults: RuleFault[];
  readonly costs: RuleCost[];
}

/** The rules of a version's schema; undefined: it has none. Rules that cannot be used are left out. */
export function expressionRules(schema: JSONSchemaProps | undefined): ExpressionRules | undefined {
  const root = schema && nodeOf(wholeObject(schema), whole, { faults: [], costs: [] });
  if (!root) return undefined;
  return {
    check(object, old) {
      const run: Run = { left: perObjectSteps, isExhausted: false, errors: [] };
      visit(root, object, '', { run, isUpdate: old !== undefined, before: old && { value: old } });
      return run.errors;
    },
  };
}

function wholeObject(schema: JSONSchemaProps): JSONSchemaProps {
  return { ...schema, properties: { ...schema.properties, ...ofEveryObject } };
}

/** What can be known of the rules before there is an object. */
export function examineRules(schema: JSONSchemaProps): RuleFindings {
  const findings: Findings = { faults: [], costs: [] };
  nodeOf(wholeObject(schema), whole, findings);
  return findings;
}

/** A place in the schema, and how often an object may have it; undefined: as often as fits into a request. */
interface Spot {
  readonly path: string;
  readonly times: number | undefined;
  /** The part around it whose old state cannot be told apart piece by piece. */
  readonly uncorrelated?: string | undefined;
}

const whole: Spot = { path: '', times: 1 };

function nodeOf(schema: JSONSchemaProps, spot: Spot, findings: Findings): Node | undefined {
  const { path, times } = spot;
  const rules = (schema['x-kubernetes-validations'] ?? []).flatMap((source, at) => {
    const here = { ...spot, path: `${path}.x-kubernetes-validations[${at}]` };
    const rule = ruleOf(source, { schema, spot: here }, findings);
    return rule ? [rule] : [];
  });
  const isAtomic = (schema['x-kubernetes-map-type'] ?? 'granular') !== 'granular';
  const uncorrelated = spot.uncorrelated ?? (isAtomic ? path : undefined);
  const properties = new Map<string, Node>();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const node = nodeOf(property, { path: `${path}.properties[${name}]`, times, uncorrelated }, findings);
    if (node) properties.set(name, node);
  }
  const [word, below, most] = schema.items
    ? ['items', schema.items, schema.maxItems]
    : ['additionalProperties', schema.additionalProperties, schema.maxProperties];
  const inside = {
    path: `${path}.${word}`,
    times: times === undefined || most === undefined ? undefined : times * most,
    // Items are told apart by keys only.
    uncorrelated: spot.uncorrelated ?? (schema.items && schema['x-kubernetes-list-type'] !== 'map' ? path : undefined),
  };
  const inner = isRecord(below) ? nodeOf(below, inside, findings) : undefined;
  return rules.length > 0 || properties.size > 0 || inner ? { schema, rules, properties, inner } : undefined;
}

function ruleOf(
  source: ValidationRule,
  { schema, spot: { path, times, uncorrelated } }: { readonly schema: JSONSchemaProps; readonly spot: Spot },
  { faults, costs }: Findings,
): Rule | undefined {
  const self = typeOfSchema(schema, 'self') ?? dyn;
  const variables = { self, oldSelf: source.optionalOldSelf ? optionalOf(self) : self };
  const compiled = (expression: string, field: string, { result, problem }: { result: string; problem: string }) => {
    const fault = (message: string) => {
      faults.push({ path: `${path}.${field}`, expression, message });
      return undefined;
    };
    try {
      const program = compile(expression, variables);
      // What could be anything is seen when it runs.
      if (program.type.kind !== result && program.type.kind !== 'dyn') return fault(problem);
      const often = times ?? Math.floor(mostRequestBytes / leastBytes(schema));
      costs.push({ path: `${path}.${field}`, expression, cost: program.maxCost * often });
      return program;
    } catch (error) {
      if (error instanceof CelCompileError) return fault(error.message);
      throw error;
    }
  };
  const program = compiled(source.rule, 'rule', { result: 'bool', problem: 'cel expression must evaluate to a bool' });
  if (program?.uses.has('oldSelf')) {
    if (uncorrelated !== undefined)
      faults.push({
        path: `${path}.rule`,
        expression: source.rule,
        message: 'oldSelf cannot be used on the uncorrelatable portion of the schema within',
        within: uncorrelated,
      });
  } else if (program && source.optionalOldSelf !== undefined)
    faults.push({
      path: `${path}.optionalOldSelf`,
      expression: source.optionalOldSelf,
      message: 'may not be set if oldSelf is not used in rule',
    });
  const message = source.messageExpression
    ? compiled(source.messageExpression, 'messageExpression', {
        result: 'string',
        problem: 'messageExpression must evaluate to a string',
      })
    : undefined;
  return program && { source, program, message };
}

interface Run {
  left: number;
  isExhausted: boolean;
  readonly errors: FieldError[];
}

interface Place {
  readonly run: Run;
  readonly isUpdate: boolean;
  readonly before: Before | undefined;
}

function visit(node: Node, value: unknown, path: string, place: Place): void {
  if (value === undefined || place.run.isExhausted) return;
  if (value !== null) for (const rule of node.rules) judge(rule, node, { value, path, place });
  if (Array.isArray(value)) {
    const former = formerItems(node.schema, place.before);
    const { inner } = node;
    if (!inner) return;
    for (const [at, item] of value.entries()) visit(inner, item, `${path}[${at}]`, { ...place, before: former(item) });
  } else if (isRecord(value))
    for (const name in value) {
      const below = node.properties.get(name) ?? (node.schema.additionalProperties ? node.inner : undefined);
      const inside = { ...place, before: formerField(place.before, name) };
      if (below) visit(below, value[name], path ? `${path}.${name}` : name, inside);
    }
}

interface Judged {
  readonly value: unknown;
  readonly path: string;
  readonly place: Place;
}

function judge({ source, program, message }: Rule, { schema }: Node, { value, path, place }: Judged): void {
  const { run, before, isUpdate } = place;
  if (run.isExhausted) return;
  const usesOld = program.uses.has('oldSelf');
  // A rule about a change says nothing where there was nothing before.
  if (usesOld && !before && !source.optionalOldSelf) return;
  const variables = {
    self: celValueOf(schema, value),
    ...(source.optionalOldSelf
      ? { oldSelf: before ? [celValueOf(schema, before.value)] : [] }
      : before && { oldSelf: celValueOf(schema, before.value) }),
  };
  const evaluate = (what: CelProgram) => {
    const budget: CelBudget = { steps: run.left };
    const outcome = what.evaluate(variables, budget);
    run.left = budget.steps;
    return outcome;
  };
  const field = fieldOf(path, source.fieldPath);
  const outcome = evaluate(program);
  if (outcome.error === undefined && outcome.value === true) return;
  // What was so before may stay (ratcheting).
  if (isUpdate && !usesOld && before && jsonEqual(before.value, value)) return;
  if (outcome.error !== undefined) {
    run.isExhausted = outcome.error.startsWith('operation cancelled');
    run.errors.push(invalidValue(field, schema.type ?? '', failure(outcome.error, source)));
    return;
  }
  const said = message && evaluate(message);
  const detail = said?.error === undefined ? usable(said?.value) : undefined;
  run.errors.push(faultFor(field, value, { detail: detail ?? messageOf(source), reason: source.reason }));
}

function failure(error: string, source: ValidationRule): string {
  const name = (source.message || source.rule).trim();
  if (error.startsWith('no such overload') || error.includes('found no matching overload'))
    return `'${error}': call arguments did not match a supported operator, function or macro signature for rule: ${name}`;
  if (error.startsWith('operation cancelled'))
    return `'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`;
  return `${error} evaluating rule: ${name}`;
}

function messageOf({ message, rule }: ValidationRule): string {
  return message ? message.trim() : `failed rule: ${rule.trim()}`;
}

/** What an expression may say: one line with something in it. */
function usable(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  return text === '' || text.includes('\n') || text.length > mostMessageChars ? undefined : text;
}

function fieldOf(path: string, more: string | undefined): string {
  const below = more ? more.replaceAll(/\['([^']*)'\]/g, '.$1') : '';
  const all = path ? path + below : below.replace(/^\./, '');
  return all || '<nil>';
}

function faultFor(
  field: string,
  value: unknown,
  { detail, reason }: { readonly detail: string; readonly reason: string | undefined },
): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return duplicate(field, value);
    default:
      // As upstream: whole objects and lists are not repeated.
      return typeof value === 'object'
        ? { type: 'FieldValueInvalid', field, message: `Invalid value: ${detail}` }
        : invalidValue(field, value, detail);
  }
}
