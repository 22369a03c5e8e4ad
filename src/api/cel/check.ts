import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';

/** The name under which loops count their steps; no expression can write it. */
export const stepsFunction = '@steps';

/** What there is to refer to. */
export interface Names {
  readonly variables: ReadonlySet<string>;
  hasFunction(name: string): boolean;
  /** Types that may be written with their name and are nothing but maps: `Object.spec{…}`, `JSONPatch{…}`. */
  isObject?(typeName: string): boolean;
}

/**
 * Goes through an expression before it is planned: refuses names that are not there, as upstream's compiler does, and
 * makes loops count their steps. Returns the variables that are used. Throws Error.
 */
export function prepare(expr: Expr, names: Names): ReadonlySet<string> {
  const used = new Set<string>();
  const visit = (node: Expr | undefined, bound: ReadonlySet<string>): void => {
    const { exprKind } = node ?? {};
    switch (exprKind?.case) {
      case 'identExpr': {
        const { name } = exprKind.value;
        if (bound.has(name) || types.has(name)) return;
        if (!names.variables.has(name)) throw undeclared(name);
        used.add(name);
        return;
      }
      case 'selectExpr':
        visit(exprKind.value.operand, bound);
        return;
      case 'listExpr':
        for (const element of exprKind.value.elements) visit(element, bound);
        return;
      case 'structExpr':
        if (exprKind.value.messageName) asMap(exprKind.value, names);
        for (const { keyKind, value } of exprKind.value.entries) {
          if (keyKind.case === 'mapKey') visit(keyKind.value, bound);
          visit(value, bound);
        }
        return;
      case 'callExpr': {
        const { function: name, target, args } = exprKind.value;
        const qualified = target ? qualifiedName(target, name) : undefined;
        if (qualified !== undefined && names.hasFunction(qualified)) {
          for (const arg of args) visit(arg, bound);
          return;
        }
        if (!operators.has(name) && !names.hasFunction(name)) throw undeclared(name);
        visit(target, bound);
        for (const arg of args) visit(arg, bound);
        return;
      }
      case 'comprehensionExpr': {
        const loop = exprKind.value;
        visit(loop.iterRange, bound);
        visit(loop.accuInit, bound);
        const inside = new Set([...bound, loop.iterVar, loop.iterVar2, loop.accuVar]);
        for (const part of [loop.loopCondition, loop.loopStep, loop.result]) visit(part, inside);
        const range = loop.iterRange;
        if (range) loop.iterRange = counted(range);
        return;
      }
    }
  };
  visit(expr, new Set());
  return used;
}

type Struct = Extract<Expr['exprKind'], { case: 'structExpr' }>['value'];

function asMap(struct: Struct, { isObject }: Names): void {
  if (!isObject?.(struct.messageName)) throw undeclared(struct.messageName);
  struct.messageName = '';
  for (const entry of struct.entries) {
    if (entry.keyKind.case !== 'fieldKey') continue;
    const constantKind = { case: 'stringValue', value: entry.keyKind.value };
    const constant = { $typeName: 'cel.expr.Constant', constantKind };
    const key = { $typeName: 'cel.expr.Expr', id: entry.id, exprKind: { case: 'constExpr', value: constant } };
    entry.keyKind = { case: 'mapKey', value: key as unknown as Expr };
  }
}

const types = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);

/** Operators that the planner knows itself. */
const operators = new Set(['_&&_', '_||_', '_?_:_', '@not_strictly_false', '_[_]', '_==_', '_!=_']);

function undeclared(name: string): Error {
  return new Error(`undeclared reference to '${name}' (in container '')`);
}

function qualifiedName(target: Expr, name: string): string | undefined {
  return target.exprKind.case === 'identExpr' ? `${target.exprKind.value.name}.${name}` : undefined;
}

function counted(range: Expr): Expr {
  const call = { $typeName: 'cel.expr.Expr.Call', function: stepsFunction, args: [range] };
  return { $typeName: 'cel.expr.Expr', id: range.id, exprKind: { case: 'callExpr', value: call } } as unknown as Expr;
}
