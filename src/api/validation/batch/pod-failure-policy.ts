import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  SuccessPolicy,
  SuccessPolicyRule,
} from '../../schema/generated/types/batch-v1.ts';
import { type Errors, each, notNegative } from '../common.ts';
import { conditionStatuses } from '../conditions.ts';
import {
  asGoStruct,
  duplicate,
  invalidFormat,
  invalidValue,
  invalidWithoutValue,
  notSupported,
  quote,
  required,
  tooLong,
  tooMany,
} from '../field-error.ts';
import { isQualifiedName } from '../format.ts';

const maxRules = 20;
const maxPatterns = 20;
const maxExitCodes = 255;
const maxIndexesBytes = 64 * 1024;
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];

/** As Go's `%q` prints a list. */
const quoted = (values: readonly string[]) => `valid values: [${values.map(quote).join(' ')}]`;

/** What a failed pod means for its job. */
export function validatePodFailurePolicy({ podFailurePolicy, ...spec }: JobSpec, path: string): Errors {
  if (!podFailurePolicy) return [];
  const rules = podFailurePolicy.rules ?? [];
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  const hasLimitPerIndex = spec.backoffLimitPerIndex !== undefined;
  return [
    ...(rules.length > maxRules ? [tooMany(`${path}.rules`, rules.length, maxRules)] : []),
    ...each(rules, `${path}.rules`, (rule, here) => [
      ...validateAction(rule.action, `${here}.action`, hasLimitPerIndex),
      ...validateRule(rule, here, names),
    ]),
  ];
}

function validateAction(action: string, path: string, hasLimitPerIndex: boolean): Errors {
  if (!action) return [required(path, quoted(actions))];
  if (action === 'FailIndex' && !hasLimitPerIndex)
    return [invalidValue(path, action, 'requires the backoffLimitPerIndex to be set')];
  return actions.includes(action) ? [] : [notSupported(path, action, actions)];
}

function validateRule(
  { onExitCodes, onPodConditions = [] }: PodFailurePolicyRule,
  path: string,
  names: ReadonlySet<string>,
): Errors {
  const errors = onExitCodes ? validateExitCodes(onExitCodes, `${path}.onExitCodes`, names) : [];
  const here = `${path}.onPodConditions`;
  if (onPodConditions.length > maxPatterns) errors.push(tooMany(here, onPodConditions.length, maxPatterns));
  errors.push(
    ...each(onPodConditions, here, ({ type, status }, at) => {
      const found = invalidFormat(`${at}.type`, type, isQualifiedName(type));
      if (!status) found.push(required(`${at}.status`, quoted(conditionStatuses)));
      else if (!conditionStatuses.includes(status)) found.push(notSupported(`${at}.status`, status, conditionStatuses));
      return found;
    }),
  );
  if (onExitCodes && onPodConditions.length > 0)
    errors.push(invalidWithoutValue(path, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (!onExitCodes && onPodConditions.length === 0)
    errors.push(invalidWithoutValue(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
  return errors;
}

function validateExitCodes(
  { operator, containerName, values = [] }: PodFailurePolicyOnExitCodesRequirement,
  path: string,
  names: ReadonlySet<string>,
): Errors {
  const errors: Errors = [];
  const here = `${path}.values`;
  if (!operator) errors.push(required(`${path}.operator`, quoted(operators)));
  else if (!operators.includes(operator)) errors.push(notSupported(`${path}.operator`, operator, operators));
  if (containerName !== undefined && !names.has(containerName))
    errors.push(
      invalidValue(
        `${path}.containerName`,
        containerName,
        'must be one of the container or initContainer names in the pod template',
      ),
    );
  if (values.length === 0) errors.push(invalidValue(here, values, 'at least one value is required'));
  else if (values.length > maxExitCodes) errors.push(tooMany(here, values.length, maxExitCodes));
  const seen = new Set<number>();
  values.forEach((value, at) => {
    if (operator === 'In' && value === 0)
      errors.push(invalidValue(`${here}[${at}]`, value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(`${here}[${at}]`, value));
    seen.add(value);
  });
  if (values.some((value, at) => at > 0 && (values[at - 1] ?? value) > value))
    errors.push(invalidValue(here, values, 'must be ordered'));
  return errors;
}

/** Which indexes make an indexed job a success. */
export function validateSuccessPolicy(
  { successPolicy, completionMode, completions = 0 }: JobSpec,
  path: string,
): Errors {
  if (!successPolicy) return [];
  if (completionMode !== 'Indexed')
    return [invalidValue(path, shownPolicy(successPolicy), 'requires indexed completion mode')];
  const rules = successPolicy.rules ?? [];
  const here = `${path}.rules`;
  const errors: Errors = [];
  if (rules.length === 0)
    errors.push(required(here, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > maxRules) errors.push(tooMany(here, rules.length, maxRules));
  return [...errors, ...each(rules, here, (rule, at) => validateSuccessRule(rule, at, completions))];
}

function shownPolicy({ rules = [] }: SuccessPolicy): object {
  return { Rules: rules.map((rule) => asGoStruct(rule, { SucceededIndexes: null, SucceededCount: null })) };
}

function validateSuccessRule(
  { succeededCount: count, succeededIndexes: text }: SuccessPolicyRule,
  path: string,
  completions: number,
): Errors {
  const errors: Errors = [];
  if (count === undefined && text === undefined)
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  let total = 0;
  if (text !== undefined) {
    const here = `${path}.succeededIndexes`;
    if (text.length > maxIndexesBytes) errors.push(tooLong(here, maxIndexesBytes));
    const indexes = readIndexes(text, completions);
    total = indexes.total;
    if (indexes.error !== undefined)
      errors.push(invalidValue(here, text, `error parsing succeededIndexes: ${indexes.error}`));
  }
  if (count === undefined) return errors;
  const here = `${path}.succeededCount`;
  errors.push(...notNegative(count, here));
  const bound = (most: number, what: string) =>
    errors.push(invalidValue(here, count, `must be less than or equal to ${most} (the number of ${what})`));
  if (count > completions) bound(completions, 'specified completions');
  if (text !== undefined && count > total) bound(total, 'indexes in the specified succeededIndexes field');
  return errors;
}

/** Reads `1,3-5,7`: how many indexes there are, or what is wrong with the text. */
export function readIndexes(text: string, completions: number): { readonly total: number; readonly error?: string } {
  let total = 0;
  let previous = -1;
  if (text === '') return { total };
  for (const interval of text.split(',')) {
    const limits = interval.split('-');
    if (limits.length > 2)
      return {
        total: 0,
        error: `the fragment ${quote(interval)} violates the requirement that an index interval can have at most two parts separated by '-'`,
      };
    for (const [nth, limit] of limits.entries()) {
      const fail = (error: string) => ({ total: 0, error });
      if (!/^\d{1,15}$/.test(limit)) return fail(`cannot convert string to integer for index: ${quote(limit)}`);
      const index = Number(limit);
      if (index >= completions) return fail(`too large index: ${quote(limit)}`);
      if (index <= previous) return fail(`non-increasing order, previous: ${previous}, current: ${index}`);
      total += nth === 0 ? 1 : index - previous;
      previous = index;
    }
  }
  return { total };
}
