import type { AskAccess } from './authorizer.ts';

/** What evaluations draw on; several expressions may share it. */
export interface CelBudget {
  /** Steps that are left: of loops, and of whatever takes longer for larger values. About upstream's unit of cost. */
  steps: number;
  /** Answers what `authorizer` is asked. Absent: there is nobody to ask. */
  readonly ask?: AskAccess;
}

/** Upstream's limit of a single expression. */
export const perExpressionSteps = 1_000_000;

/** cel-go's factors: of going through a text, and of each character of a pattern. */
const perCharacter = 0.1;
const perPatternCharacter = 0.25;

/** What the evaluation that runs now draws on. Expressions run to their end at once, so that there is only one. */
let current: CelBudget = { steps: 0 };

/** Runs an expression on a budget, of which it may take no more than one expression's share. */
export function withBudget<T>(budget: CelBudget, run: () => T): T {
  const outer = current;
  const allowed = Math.min(budget.steps, perExpressionSteps);
  current = { ...budget, steps: allowed };
  try {
    return run();
  } finally {
    budget.steps -= allowed - Math.max(current.steps, 0);
    current = outer;
  }
}

/** To be called before the work is done. Throws Error when nothing is left. */
export function spend(steps: number): void {
  current.steps -= steps;
  if (current.steps < 0) throw new Error('operation cancelled: actual cost limit exceeded');
}

/** For going through a text once. */
export function spendOn(text: { readonly length: number }): void {
  spend(text.length * perCharacter);
}

/** For looking for a text in another: the time may be the product of both lengths. */
export function spendOnSearch(text: string, wanted: string): void {
  spend(Math.ceil(text.length * perCharacter) * Math.ceil(wanted.length * perCharacter));
}

export function spendOnMatch(text: string, pattern: string): void {
  spend(Math.ceil((text.length + 1) * perCharacter) * Math.ceil(pattern.length * perPatternCharacter));
}

/** Whoever answers the questions of the evaluation that runs now. Throws Error when there is nobody. */
export function askNow(): AskAccess {
  if (!current.ask) throw new Error('there is no authorizer here');
  return current.ask;
}
