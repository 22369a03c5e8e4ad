import type { Constant, Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { hidden } from '../syntax/macros.ts';
import { callKind, constantKind, nodeOf } from '../syntax/nodes.ts';
import type { Parsed } from '../syntax/parser.ts';
import type { Problem } from '../syntax/source.ts';
import { functionSignatures, methodSignatures, type Signature } from './declarations.ts';
import { bool, dyn, formatType, listOf, mapOf, optionalOf, type Type } from './type.ts';
import { assign, Bindings, join, resolve } from './unify.ts';

/** What an expression may refer to. */
export interface Declared {
  readonly variables: Readonly<Record<string, Type>>;
  /** Types of objects that may be written with their name: `Object.spec{…}`, `JSONPatch{…}`. */
  isObject?(typeName: string): boolean;
}

export interface Checked {
  readonly type: Type;
  readonly problems: readonly Problem[];
  /** The declared variables that it uses. */
  readonly uses: ReadonlySet<string>;
  /** The type of a part of it. */
  typeOf(node: Expr): Type;
}

/**
 * Finds what cannot be right about an expression before it runs: names, fields and overloads that there are not, in
 * cel-go's words. Where a type cannot be known (dyn) it is left to the run. What depends on types is put right on the way: fields
 * of optionals, and objects that are written as maps.
 */
export function check({ expr, offsetOf }: Parsed, declared: Declared): Checked {
  const checker = new Checker(declared, offsetOf);
  const type = checker.check(expr, new Map());
  const { problems, uses } = checker;
  return { type: checker.resolved(type), problems, uses, typeOf: (node) => checker.typeOf(node) };
}

type Scope = ReadonlyMap<string, Type>;

const indices = new Set<string>(['_[_]', hidden.optionalIndex]);
const namesOfTypes = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);

class Checker {
  readonly problems: Problem[] = [];
  readonly uses = new Set<string>();
  readonly #declared: Declared;
  readonly #offsetOf: (node: Expr) => number;
  readonly #types = new Map<Expr, Type>();
  readonly #bindings = new Bindings();

  constructor(declared: Declared, offsetOf: (node: Expr) => number) {
    this.#declared = declared;
    this.#offsetOf = offsetOf;
  }

  resolved(type: Type): Type {
    return withoutParams(resolve(type, this.#bindings));
  }

  typeOf(node: Expr): Type {
    return this.resolved(this.#types.get(node) ?? dyn);
  }

  check(node: Expr, scope: Scope): Type {
    const type = this.#typeOf(node, scope);
    this.#types.set(node, type);
    return type;
  }

  #typeOf(node: Expr, scope: Scope): Type {
    const { exprKind } = node;
    switch (exprKind.case) {
      case 'constExpr':
        return constantType(exprKind.value);
      case 'identExpr':
        return this.#ident(node, exprKind.value.name, scope);
      case 'selectExpr':
        return this.#select(node, scope);
      case 'callExpr':
        return this.#call(node, scope);
      case 'listExpr':
        return this.#list(exprKind.value.elements, scope);
      case 'structExpr':
        return this.#struct(node, scope);
      case 'comprehensionExpr':
        return this.#fold(node, scope);
      default:
        return dyn;
    }
  }

  #problem(node: Expr, message: string): Type {
    this.problems.push({ offset: this.#offsetOf(node), message });
    return dyn;
  }

  #known(type: Type): Type {
    return resolve(type, this.#bindings);
  }

  #ident(node: Expr, name: string, scope: Scope): Type {
    const bound = scope.get(name);
    if (bound) return bound;
    const { variables } = this.#declared;
    if (Object.hasOwn(variables, name)) {
      this.uses.add(name);
      return variables[name] ?? dyn;
    }
    if (namesOfTypes.has(name)) return { kind: 'type' };
    return this.#problem(node, `undeclared reference to '${name}' (in container '')`);
  }

  #select(node: Expr, scope: Scope): Type {
    if (node.exprKind.case !== 'selectExpr') return dyn;
    const { operand, field, testOnly } = node.exprKind.value;
    if (!operand) return dyn;
    const of = this.#known(this.check(operand, scope));
    if (of.kind === 'optional') {
      const type = this.#field(node, of.of, field);
      const read = callKind(hidden.optionalField, [operand, stringConstant(node, field)]);
      node.exprKind = testOnly ? callKind('hasValue', [], nodeOf(node.id, read)) : read;
      if (testOnly) return bool;
      return type.kind === 'optional' ? type : optionalOf(type);
    }
    const type = this.#field(node, of, field);
    return testOnly ? bool : type;
  }

  #field(node: Expr, of: Type, field: string): Type {
    switch (of.kind) {
      case 'dyn':
      case 'param':
        return dyn;
      case 'map':
        return of.value;
      case 'object':
        return of.field(field) ?? this.#problem(node, `undefined field '${field}'`);
      case 'opaque':
        // The one field that a type of Kubernetes' own has.
        if (of.name.endsWith('.Authorizer') && field === 'requestResource')
          return { kind: 'opaque', name: 'kubernetes.authorization.ResourceCheck' };
    }
    return this.#problem(node, `type '${formatType(of)}' does not support field selection`);
  }

  #call(node: Expr, scope: Scope): Type {
    if (node.exprKind.case !== 'callExpr') return dyn;
    const { function: name, target, args } = node.exprKind.value;
    if (name === hidden.optionalField) return this.#optionalField(node, args, scope);
    const qualified = target?.exprKind.case === 'identExpr' ? `${target.exprKind.value.name}.${name}` : undefined;
    if (qualified !== undefined && functionSignatures.has(qualified) && !this.#isVariable(target, scope)) {
      const types = args.map((arg) => this.check(arg, scope));
      return this.#overload(node, qualified, types, functionSignatures.get(qualified));
    }
    const signatures = (target ? methodSignatures : functionSignatures).get(name);
    if (!signatures) {
      if (target) this.check(target, scope);
      for (const arg of args) this.check(arg, scope);
      return this.#problem(node, `undeclared reference to '${name}' (in container '')`);
    }
    const types = [...(target ? [target] : []), ...args].map((arg) => this.check(arg, scope));
    const isInner = indices.has(name) && types[0] && this.#known(types[0]).kind === 'optional';
    if (!isInner) return this.#overload(node, name, types, signatures, target !== undefined);
    node.exprKind.value.function = hidden.optionalInner;
    return this.#overload(node, name, types, functionSignatures.get(hidden.optionalInner));
  }

  #isVariable(target: Expr | undefined, scope: Scope): boolean {
    if (target?.exprKind.case !== 'identExpr') return false;
    const { name } = target.exprKind.value;
    return scope.has(name) || Object.hasOwn(this.#declared.variables, name);
  }

  /** `a.?b`: whether it is there or not, it is an optional. */
  #optionalField(node: Expr, [operand, name]: readonly Expr[], scope: Scope): Type {
    if (!operand || name?.exprKind.case !== 'constExpr') return dyn;
    const of = this.#known(this.check(operand, scope));
    const field = String(name.exprKind.value.constantKind.value);
    const type = this.#field(node, of.kind === 'optional' ? of.of : of, field);
    return type.kind === 'optional' ? type : optionalOf(type);
  }

  #overload(
    node: Expr,
    name: string,
    types: readonly Type[],
    signatures: readonly Signature[] = [],
    isMethod = false,
  ): Type {
    let found: Type | undefined;
    let bound: ReturnType<Bindings['undo']> = [];
    const { size } = this.#bindings;
    for (const signature of signatures) {
      if (signature.args.length !== types.length) continue;
      const { args, result } = this.#fresh(signature);
      const fits = args.every((arg, at) => assign(arg, types[at] ?? dyn, this.#bindings));
      const type = fits ? resolve(result, this.#bindings) : undefined;
      const tried = this.#bindings.undo(size);
      if (!type) continue;
      if (!found) bound = tried;
      // Several fit, as something is dyn: which one is known when it runs.
      found = !found || formatType(found) === formatType(type) ? type : dyn;
    }
    if (found) {
      for (const [param, type] of bound) this.#bindings.bind(param, type);
      return found;
    }
    const written = types.map((type) => formatType(this.resolved(type)));
    const last = written.at(-1);
    if (name === hidden.present || name === hidden.putPresent)
      return this.#problem(node, `expected type 'optional_type(${last})' but found '${last}'`);
    const [receiver, ...others] = written;
    const applied = isMethod ? `${receiver}.(${others.join(', ')})` : `(${written.join(', ')})`;
    return this.#problem(node, `found no matching overload for '${name}' applied to '${applied}'`);
  }

  #fresh({ args, result }: Signature): Signature {
    const names = new Map<string, Type>();
    const renamed = (type: Type): Type => {
      switch (type.kind) {
        case 'param': {
          const known = names.get(type.name) ?? this.#bindings.fresh();
          names.set(type.name, known);
          return known;
        }
        case 'list':
          return listOf(renamed(type.item));
        case 'optional':
          return optionalOf(renamed(type.of));
        case 'map':
          return mapOf(renamed(type.key), renamed(type.value));
        default:
          return type;
      }
    };
    return { args: args.map(renamed), result: renamed(result) };
  }

  /** Kubernetes wants the members of a list or map to be of one type. */
  #joined(nodes: readonly Expr[], scope: Scope): Type {
    let all: Type | undefined;
    for (const node of nodes) {
      const type = this.check(node, scope);
      if (!all) {
        all = type;
        continue;
      }
      const [before, now] = [this.#known(all), this.#known(type)];
      const joined = join(before, now, this.#bindings);
      if (joined.kind === 'dyn' && before.kind !== 'dyn' && now.kind !== 'dyn')
        this.#problem(node, `expected type '${formatType(before)}' but found '${formatType(now)}'`);
      all = joined;
    }
    return all ?? this.#bindings.fresh();
  }

  #list(elements: readonly Expr[], scope: Scope): Type {
    return listOf(this.#joined(elements, scope));
  }

  #struct(node: Expr, scope: Scope): Type {
    if (node.exprKind.case !== 'structExpr') return dyn;
    const struct = node.exprKind.value;
    const values = struct.entries.flatMap(({ value }) => (value ? [value] : []));
    if (struct.messageName !== '') {
      for (const value of values) this.check(value, scope);
      if (!this.#declared.isObject?.(struct.messageName))
        return this.#problem(node, `undeclared reference to '${struct.messageName}' (in container '')`);
      struct.messageName = '';
      for (const entry of struct.entries)
        if (entry.keyKind.case === 'fieldKey')
          entry.keyKind = { case: 'mapKey', value: stringConstant(node, entry.keyKind.value) };
      return dyn;
    }
    const keys = struct.entries.flatMap(({ keyKind }) => (keyKind.case === 'mapKey' ? [keyKind.value] : []));
    return mapOf(this.#joined(keys, scope), this.#joined(values, scope));
  }

  #fold(node: Expr, scope: Scope): Type {
    if (node.exprKind.case !== 'comprehensionExpr') return dyn;
    const { iterRange, iterVar, accuVar, accuInit, loopCondition, loopStep, result } = node.exprKind.value;
    if (!iterRange || !accuInit || !loopCondition || !loopStep || !result) return dyn;
    const range = this.#known(this.check(iterRange, scope));
    const init = this.check(accuInit, scope);
    const outer = new Map(scope).set(accuVar, init);
    const inner = new Map(outer).set(iterVar, this.#itemOf(iterRange, range));
    const problems = this.problems.length;
    this.check(loopCondition, inner);
    const step = this.check(loopStep, inner);
    if (!assign(init, step, this.#bindings) && this.problems.length === problems)
      this.#problem(
        loopStep,
        `expected type '${formatType(this.resolved(init))}' but found '${formatType(this.resolved(step))}'`,
      );
    return this.check(result, outer);
  }

  #itemOf(node: Expr, range: Type): Type {
    if (range.kind === 'list') return range.item;
    if (range.kind === 'map') return range.key;
    if (range.kind === 'dyn' || range.kind === 'param') return dyn;
    const allowed = 'cannot be range of a comprehension (must be list, map, or dynamic)';
    return this.#problem(node, `expression of type '${formatType(range)}' ${allowed}`);
  }
}

/** What nothing was said of may be anything. */
function withoutParams(type: Type): Type {
  switch (type.kind) {
    case 'param':
      return dyn;
    case 'list':
      return { ...type, item: withoutParams(type.item) };
    case 'optional':
      return { ...type, of: withoutParams(type.of) };
    case 'map':
      return { ...type, key: withoutParams(type.key), value: withoutParams(type.value) };
    default:
      return type;
  }
}

const typesOfConstants: Readonly<Record<string, Type>> = {
  boolValue: bool,
  bytesValue: { kind: 'bytes' },
  doubleValue: { kind: 'double' },
  int64Value: { kind: 'int' },
  nullValue: { kind: 'null' },
  stringValue: { kind: 'string' },
  uint64Value: { kind: 'uint' },
};

function constantType({ constantKind }: Constant): Type {
  return typesOfConstants[constantKind.case ?? ''] ?? dyn;
}

function stringConstant({ id }: Expr, value: string): Expr {
  return nodeOf(id, constantKind({ case: 'stringValue', value }));
}
