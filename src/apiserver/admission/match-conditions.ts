import { conditionVariables } from '../../api/admissionregistration/expressions/variables.ts';
import type { MatchCondition } from '../../api/schema/generated/types/admissionregistration-v1.ts';
import type { Authorizer } from '../contract.ts';
import { Expressions } from './policies/expressions.ts';
import type { Seen } from './policies/seen.ts';

/** Whether all conditions hold. One that gives no answer counts only if none says no. */
export type ConditionsMatch = (
  conditions: readonly MatchCondition[],
  seen: Seen,
) => Promise<{ readonly matches: boolean; readonly error?: string }>;

/** Conditions of webhooks, compiled once. */
export function createConditionsMatch(authorizer: Authorizer): ConditionsMatch {
  const compiled = new WeakMap<readonly MatchCondition[], Expressions>();
  return async (conditions, seen) => {
    let expressions = compiled.get(conditions);
    if (!expressions) {
      expressions = await Expressions.load(conditionVariables, authorizer);
      compiled.set(conditions, expressions);
    }
    return checkConditions(conditions, expressions, expressions.bind(seen));
  };
}

/** The same for a policy, whose expressions share their variables. */
export function checkConditions(
  conditions: readonly MatchCondition[],
  expressions: Expressions,
  bindings: ReturnType<Expressions['bind']>,
): { readonly matches: boolean; readonly error?: string } {
  const errors: string[] = [];
  for (const { expression } of conditions) {
    const { value, error } = expressions.evaluateBool(expression, bindings);
    if (error !== undefined) errors.push(error);
    else if (!value) return { matches: false };
  }
  if (errors.length === 0) return { matches: true };
  return { matches: false, error: errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]` };
}
