import type { CelInput } from '@bufbuild/cel';
import { isMadeObject } from '../../../api/admissionregistration/expressions/variables.ts';
import type { AccessQuestion } from '../../../api/cel/authorizer.ts';
import type { CelBudget, CelProgram, compile } from '../../../api/cel/program.ts';
import type { Type } from '../../../api/cel/types/type.ts';
import type { fromCel } from '../../../api/cel/values.ts';
import type { Variable } from '../../../api/schema/generated/types/admissionregistration-v1.ts';
import { toError } from '../../../base/errors.ts';
import type { Authorizer, UserInfo } from '../../contract.ts';
import { type Bindings, lazyBindings, type Seen, type ValueMakers } from './seen.ts';

/** Of one request against one policy: upstream's per-policy limit. */
const policySteps = 10_000_000;

interface Engine extends ValueMakers {
  readonly compile: typeof compile;
  readonly fromCel: typeof fromCel;
}

export interface Bound {
  readonly bindings: Bindings;
  readonly budget: CelBudget;
}

type Outcome<T> = { readonly value: T; readonly error?: never } | { readonly error: string; readonly value?: never };

/** The expressions of one policy or webhook: compiled when first used, and kept. The engine is loaded with the first. */
export class Expressions {
  readonly #engine: Engine;
  readonly #variables: Readonly<Record<string, Type>>;
  readonly #authorizer: Authorizer | undefined;
  readonly #programs = new Map<string, CelProgram | string>();

  private constructor(engine: Engine, variables: Readonly<Record<string, Type>>, authorizer: Authorizer | undefined) {
    this.#engine = engine;
    this.#variables = variables;
    this.#authorizer = authorizer;
  }

  /** `variables`: what they may name. `authorizer`: whom expressions ask by that name. */
  static async load(variables: Readonly<Record<string, Type>>, authorizer?: Authorizer): Promise<Expressions> {
    const [{ compile }, { toCel, fromCel }, { authorizerValue }] = await Promise.all([
      import('../../../api/cel/program.ts'),
      import('../../../api/cel/values.ts'),
      import('../../../api/cel/authorizer.ts'),
    ]);
    return new Expressions({ compile, toCel, fromCel, authorizerValue }, variables, authorizer);
  }

  bind(seen: Seen, variables: readonly Variable[] = []): Bound {
    const bindings = lazyBindings(seen, this.#engine);
    const authorizer = this.#authorizer;
    const ask = authorizer && ((question: AccessQuestion) => answerOf(authorizer, seen.request.user, question));
    const bound: Bound = { bindings, budget: { steps: policySteps, ...(ask && { ask }) } };
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
        program = this.#engine.compile(expression, this.#variables, { isObject: isMadeObject });
      } catch (error) {
        program = toError(error).message;
      }
      this.#programs.set(expression, program);
    }
    return program;
  }
}

/** Expressions wait for nobody: an authorizer that must ask elsewhere gives them no answer. Throws Error. */
function answerOf(authorizer: Authorizer, user: UserInfo, { serviceAccount, path, verb, ...resource }: AccessQuestion) {
  const asked = serviceAccount === undefined ? user : accountUser(serviceAccount);
  const about = path === undefined ? { resource: { version: '*', ...resource } } : { path };
  const decision = authorizer.authorize({ user: asked, verb, ...about });
  if (decision instanceof Promise) throw new Error('the authorizer does not answer at once: expressions cannot ask it');
  return { allowed: decision.decision === 'allow', reason: decision.reason };
}

function accountUser(key: string): UserInfo {
  const [namespace = '', name = ''] = key.split('/');
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return { name: `system:serviceaccount:${namespace}:${name}`, groups };
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
