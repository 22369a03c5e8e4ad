import type { FieldError } from '../../status.ts';
import { forbidden } from '../../validation/field-error.ts';

/** What a rule costs at the most for one object. */
export interface RuleCost {
  readonly path: string;
  readonly expression: string;
  readonly cost: number;
}

/** Upstream's limits: of one expression, and of all expressions of a schema. */
const mostPerRule = 10_000_000;
const mostPerSchema = 100_000_000;
const mostContributors = 4;

/** Rules that cost too much. `isKnown`: expressions that stood there before may stay. */
export function costErrors(
  costs: readonly RuleCost[],
  below: string,
  isKnown: (expression: string) => boolean,
): readonly FieldError[] {
  const errors = costs
    .filter(({ cost, expression }) => cost > mostPerRule && !isKnown(expression))
    .map(({ path, cost }) => {
      const what = path.endsWith('.rule') ? 'estimated rule cost' : 'estimated messageExpression cost';
      return forbidden(below + path, `${what} ${exceeds(cost / mostPerRule)}`);
    });
  const total = costs.reduce((sum, { cost }) => sum + cost, 0);
  if (total <= mostPerSchema || costs.every(({ expression }) => isKnown(expression))) return errors;
  const contributors = [...costs].sort((a, b) => b.cost - a.cost).slice(0, mostContributors);
  const what = 'estimated rule & messageExpression cost total';
  return [
    ...errors,
    ...contributors.map(({ path }) =>
      forbidden(below + path, `contributed to ${what} exceeding cost limit for entire OpenAPIv3 schema`),
    ),
    forbidden(
      below,
      `x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema ${exceeds(total / mostPerSchema)}`,
    ),
  ];
}

function exceeds(factor: number): string {
  const times = factor > 100 ? 'more than 100x' : `${factor < 1.5 ? factor.toFixed(6) : factor.toFixed(1)}x`;
  const advice =
    'simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';
  return `exceeds budget by factor of ${times} (try ${advice})`;
}
