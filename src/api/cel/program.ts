import { type CelInput, type CelValue, celEnv, isCelError, plan } from '@bufbuild/cel';
import { toError } from '../../base/errors.ts';
import { authorizerLibrary } from './authorizer.ts';
import { askNow, type CelBudget, perExpressionSteps, withBudget } from './budget.ts';
import { kubernetesLibrary } from './library/library.ts';
import { patternFault } from './library/regexes.ts';
import { opaqueTypes } from './opaque.ts';
import { countSteps, stepsOfLoops } from './steps.ts';
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

export type { CelBudget } from './budget.ts';

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

const maxExpressionChars = 64 * 1024;

export const environment = celEnv({
  funcs: [...kubernetesLibrary, ...authorizerLibrary(askNow), stepsOfLoops],
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
  const fault = patternFault(parsed.expr);
  if (fault !== undefined) throw new CelCompileError(`program instantiation failed: ${fault}`);
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
  try {
    const result = withBudget(budget, () => run(bindings));
    return isCelError(result) ? { error: upstreamText(result.message) } : { value: result as CelValue };
  } catch (error) {
    return { error: upstreamText(toError(error).message) };
  }
}

/** What the engine says, and what cel-go says then. */
const wordings: readonly (readonly [RegExp, string])[] = [
  [/^field not found: (.*)$/, 'no such key: $1'],
  [/^int divide by zero$/, 'division by zero'],
  [/^u?int modulus by zero$/, 'modulus by zero'],
  [/^index (-?\d+) out of bounds.*$/, 'index out of bounds: $1'],
  [/^int overflow.*$/, 'integer overflow'],
  [/^uint overflow.*$/, 'unsigned integer overflow'],
];

function upstreamText(message: string): string {
  const found = wordings.find(([pattern]) => pattern.test(message));
  return found ? message.replace(...found) : message;
}
