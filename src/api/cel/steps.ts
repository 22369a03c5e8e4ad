import { type CelFunc, type CelInput, CelScalar, type CelValue, celFunc, isCelList, isCelMap } from '@bufbuild/cel';
import type { Constant, Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { spend } from './budget.ts';
import { hidden } from './syntax/macros.ts';

/** The name under which loops count their steps; no expression can write it. */
const stepsFunction = '@steps';

/** Parts of a loop's body that are worked on in about the time of a step. */
const partsPerStep = 8;

/** Takes the steps of a loop before it begins, and gives its range. */
export const stepsOfLoops: CelFunc = celFunc(
  stepsFunction,
  [CelScalar.DYN, CelScalar.INT],
  CelScalar.DYN,
  (range: CelValue, each: bigint) => {
    const times = isCelList(range) || isCelMap(range) ? range.size : 0;
    spend(1 + times * Number(each));
    return range as CelInput<typeof CelScalar.DYN>;
  },
);

/** Makes an expression ready for the engine: its loops count their steps. Returns how many parts the expression has outside of them. */
export function countSteps(node: Expr | undefined): number {
  const { exprKind } = node ?? {};
  switch (exprKind?.case) {
    case 'selectExpr': {
      const { operand, field, testOnly } = exprKind.value;
      if (node && operand && testOnly) node.exprKind = hasField(node, operand, field);
      return 1 + countSteps(operand);
    }
    case 'listExpr':
      return 1 + all(exprKind.value.elements);
    case 'structExpr':
      return 1 + all(exprKind.value.entries.flatMap(({ keyKind, value }) => [mapKey(keyKind), value]));
    case 'callExpr':
      return 1 + all([exprKind.value.target, ...exprKind.value.args]);
    case 'comprehensionExpr': {
      const loop = exprKind.value;
      const around = all([loop.iterRange, loop.accuInit, loop.result]);
      const each = all([loop.loopCondition, loop.loopStep]);
      if (loop.iterRange) loop.iterRange = counted(loop.iterRange, Math.ceil(each / partsPerStep));
      return 1 + around;
    }
    default:
      return 1;
  }
}

function all(nodes: readonly (Expr | undefined)[]): number {
  return nodes.reduce((sum, node) => sum + countSteps(node), 0);
}

type KeyKind = { readonly case: string | undefined; readonly value?: unknown };

function mapKey(key: KeyKind): Expr | undefined {
  return key.case === 'mapKey' ? (key.value as Expr) : undefined;
}

/** `has(a.b)` as a call: for the engine what is null is not there. */
function hasField({ id }: Expr, operand: Expr, field: string): Expr['exprKind'] {
  const name = constant(id, { case: 'stringValue', value: field });
  return call(hidden.has, [operand, name]);
}

function counted(range: Expr, each: number): Expr {
  const { id } = range;
  const weight = constant(id, { case: 'int64Value', value: BigInt(each) });
  return { $typeName: 'cel.expr.Expr', id, exprKind: call(stepsFunction, [range, weight]) };
}

function constant(id: bigint, constantKind: Constant['constantKind']): Expr {
  const value = { $typeName: 'cel.expr.Constant', constantKind } as const;
  return { $typeName: 'cel.expr.Expr', id, exprKind: { case: 'constExpr', value } };
}

function call(name: string, args: Expr[]): Expr['exprKind'] {
  return { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: name, args } };
}
