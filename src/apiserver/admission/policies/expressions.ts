import type { CelInput } from '@bufbuild/cel';
import type { CelBudget, CelProgram, compile } from '../../../api/cel/program.ts';
import type { fromCel, toCel } from '../../../api/cel/values.ts';
import type { Variable } from '../../../api/schema/generated/types/admissionregistration-v1.ts';
import { toError } from '../../../base/errors.ts';
import { type Bindings, lazyBindings, type Seen } from './seen.ts';

/** Of one request against one policy: upstream's per-policy limit. */
const policySteps = 10_000_000;

interface Engine {
  readonly compile: typeof compile;
  readonly toCel: typeof toCel;
  readonly fromCel: typeof fromCel;
}

export interface Bound {
  readonly bindings: Bindings;
  readonly budget: CelBudget;
}

type Outcome<T> = { readonly value: T; readonly error?: never } | { readonly error: string; readonly value?: never };

/** What mutating policies make: parts of objects, and patches. */
const isObject = (typeName: string) => typeName === 'JSONPatch' || /^Object(\.|$)/.test(typeName);

/** The expressions of one policy or webhook: compiled when first used, and kept. The engine is loaded with the first. */
export class Expressions {
  readonly #engine: Engine;
  readonly #names: readonly string[];
  readonly #programs = new Map<string, CelProgram | string>();

  private constructor(engine: Engine, names: readonly string[]) {
    this.#engine = engine;
    this.#names = names;
  }

  static async load(names: readonly string[]): Promise<Expressions> {
    const [program, values] = await Promise.all([
      import('../../../api/cel/program.ts'),
      import('../../../api/cel/values.ts'),
    ]);
    return new Expressions({ compile: program.compile, toCel: values.toCel, fromCel: values.fromCel }, names);
  }

  /** Why an expression cannot be used; undefined when it can. */
  fault(expression: string): string | undefined {
    const program = this.#program(expression);
    return typeof program === 'string' ? program : undefined;
  }

  bind(seen: Seen, variables: readonly Variable[] = []): Bound {
    const bindings = lazyBindings(seen, this.#engine.toCel);
    const bound = { bindings, budget: { steps: policySteps } };
    bindings['variables'] = new LazyVariables(variables, (expression) => this.#run(expression, bound));
    return bound;
  }

  evaluateBool(expression: string, bound: Bound): Outcome<boolean> {
    const { value, error } = this.evaluate(expression, bound);
    if (error !== undefined) return { error };
    if (typeof value === 'boolean') return { value };
    return { error: `expression '${expression}' resulted in error: it must evaluate to bool` };
  }

  /** As JSON. */
  evaluate(expression: string, bound: Bound): Outcome<unknown> {
    try {
      return { value: this.#engine.fromCel(this.#run(expression, bound)) };
    } catch (error) {
      return { error: `expression '${expression}' resulted in error: ${toError(error).message}` };
    }
  }

  #run(expression: string, { bindings, budget }: Bound) {
    const program = this.#program(expression);
    if (typeof program === 'string') throw new Error(program);
    const outcome = program.evaluate(bindings, budget);
    if (outcome.error !== undefined) throw new Error(outcome.error);
    return outcome.value;
  }

  #program(expression: string): CelProgram | string {
    let program = this.#programs.get(expression);
    if (program === undefined) {
      try {
        program = this.#engine.compile(expression, this.#names, { isObject });
      } catch (error) {
        program = toError(error).message;
      }
      this.#programs.set(expression, program);
    }
    return program;
  }
}

/** `variables.x`: evaluated when first read, once. */
class LazyVariables extends Map<string, CelInput> {
  readonly #expressions: ReadonlyMap<string, string>;
  readonly #run: (expression: string) => CelInput;

  constructor(variables: readonly Variable[], run: (expression: string) => CelInput) {
    super();
    this.#expressions = new Map(variables.map(({ name, expression }) => [name, expression]));
    this.#run = run;
  }

  override get(name: string): CelInput | undefined {
    const known = super.get(name);
    if (known !== undefined) return known;
    const expression = this.#expressions.get(name);
    if (expression === undefined) return undefined;
    const value = this.#run(expression);
    super.set(name, value);
    return value;
  }
}
