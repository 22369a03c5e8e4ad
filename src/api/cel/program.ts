import { type CelInput, CelScalar, type CelValue, celEnv, celFunc, isCelError, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { toError } from '../../base/errors.ts';
import { type AskAccess, authorizerLibrary } from './authorizer.ts';
import { kubernetesLibrary, stepsOf } from './library/library.ts';
import { opaqueTypes } from './opaque.ts';
import { countSteps, stepsFunction } from './steps.ts';
import { type Parsed, parse } from './syntax/parser.ts';
import { describe, SyntaxProblem } from './syntax/source.ts';
import { check, type Declared } from './types/checker.ts';
import { estimateCost } from './types/cost.ts';
import { dyn, type Type } from './types/type.ts';

/**
 * CEL as Kubernetes has it. This module brings the whole engine with it: import it lazily, by `import()`, where an
 * expression is really there.
 */

/** An expression that cannot be used; the message is cel-go's. */
export class CelCompileError extends Error {}

export type CelOutcome = { readonly value: CelValue; readonly error?: never } | { readonly error: string };

export interface CelProgram {
  readonly expression: string;
  /** What its value will be, as far as that is known. */
  readonly type: Type;
  /** What it costs at the most, by the sizes that its types know: upstream's unit, about one for each step. */
  readonly maxCost: number;
  /** The variables it uses; the others need not be made. */
  readonly uses: ReadonlySet<string>;
  /** Never throws. Ends with an error when it would take too many steps. */
  evaluate(variables: Readonly<Record<string, CelInput>>, budget?: CelBudget): CelOutcome;
}

/** What evaluations draw on; several expressions may share it. */
export interface CelBudget {
  /** Steps of loops that are left. */
  steps: number;
  /** Answers what `authorizer` is asked. Absent: there is nobody to ask. */
  readonly ask?: AskAccess;
}

/** Upstream's limit of a single expression (its costs and our steps are of the same order). */
export const perExpressionSteps = 1_000_000;
const maxExpressionChars = 64 * 1024;

let spending: CelBudget = { steps: 0 };

const spendSteps = celFunc(stepsFunction, [CelScalar.DYN], CelScalar.DYN, (range: CelValue) => {
  spending.steps -= 1 + stepsOf(range);
  if (spending.steps < 0) throw new Error('operation cancelled: actual cost limit exceeded');
  return range as CelInput<typeof CelScalar.DYN>;
});

function askNow(): AskAccess {
  if (!spending.ask) throw new Error('there is no authorizer here');
  return spending.ask;
}

export const environment = celEnv({
  funcs: [...strings, ...kubernetesLibrary, ...authorizerLibrary(askNow), spendSteps],
  registry: opaqueTypes,
});

/** Names of variables of which nothing more is known, or their types. */
export type Variables = readonly string[] | Readonly<Record<string, Type>>;

/** Throws CelCompileError. `isObject`: types of objects that the expression may make; it makes maps of them. */
export function compile(
  expression: string,
  variables: Variables,
  declared: Pick<Declared, 'isObject'> = {},
): CelProgram {
  try {
    return compileShallow(expression, variables, declared);
  } catch (error) {
    // Chains of operators are trees as deep as they are long; whoever walks one that is too long runs out of stack.
    if (!(error instanceof RangeError)) throw error;
    throw new CelCompileError('compilation failed: expression recursion limit exceeded', { cause: error });
  }
}

function compileShallow(
  expression: string,
  variables: Variables,
  { isObject }: Pick<Declared, 'isObject'>,
): CelProgram {
  if (expression.length > maxExpressionChars)
    throw new CelCompileError(`compilation failed: the expression has more than ${maxExpressionChars} characters`);
  const parsed = parsedOf(expression);
  const { type, problems, uses, typeOf } = check(parsed, {
    variables: typesOf(variables),
    ...(isObject && { isObject }),
  });
  if (problems.length > 0) throw new CelCompileError(`compilation failed: ${describe(expression, problems)}`);
  const maxCost = estimateCost(parsed.expr, typeOf);
  countSteps(parsed.expr);
  const run = plan(environment, parsed.expr) as (bindings: Readonly<Record<string, CelInput>>) => unknown;
  return { expression, type, maxCost, uses, evaluate: (bindings, budget) => evaluate(run, bindings, budget) };
}

function parsedOf(expression: string): Parsed {
  try {
    return parse(expression);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    throw new CelCompileError(`compilation failed: ${describe(expression, [error])}`, { cause: error });
  }
}

function typesOf(variables: Variables): Readonly<Record<string, Type>> {
  return isNames(variables) ? Object.fromEntries(variables.map((name) => [name, dyn])) : variables;
}

function isNames(variables: Variables): variables is readonly string[] {
  return Array.isArray(variables);
}

function evaluate(
  run: (bindings: Readonly<Record<string, CelInput>>) => unknown,
  bindings: Readonly<Record<string, CelInput>>,
  budget: CelBudget = { steps: perExpressionSteps },
): CelOutcome {
  const outer = spending;
  spending = budget;
  try {
    const result = run(bindings);
    return isCelError(result) ? { error: upstreamText(result.message) } : { value: result as CelValue };
  } catch (error) {
    return { error: upstreamText(toError(error).message) };
  } finally {
    spending = outer;
  }
}

function upstreamText(message: string): string {
  const missing = /^field not found: (.*)$/.exec(message);
  if (missing) return `no such key: ${missing[1]}`;
  return message === 'int divide by zero' ? 'division by zero' : message;
}
