import { type CelFunc, type CelInput, CelScalar, type CelValue, celFunc, isCelList, isCelMap } from '@bufbuild/cel';
import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { spend } from './budget.ts';
import { hidden } from './syntax/macros.ts';
import { callKind, constantKind, nodeOf } from './syntax/nodes.ts';
import { partsOf } from './syntax/parts.ts';

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
export function countSteps(node: Expr): number {
  const { exprKind } = node;
  if (exprKind.case === 'comprehensionExpr') {
    const loop = exprKind.value;
    const body = [loop.loopCondition, loop.loopStep].filter((part) => part !== undefined);
    const around = sumOf(partsOf(node).filter((part) => !body.includes(part)));
    if (loop.iterRange) loop.iterRange = counted(loop.iterRange, Math.ceil(sumOf(body) / partsPerStep));
    return 1 + around;
  }
  const parts = partsOf(node);
  if (exprKind.case === 'selectExpr' && exprKind.value.operand && exprKind.value.testOnly)
    node.exprKind = hasField(node, exprKind.value.operand, exprKind.value.field);
  return 1 + sumOf(parts);
}

function sumOf(nodes: readonly Expr[]): number {
  return nodes.reduce((sum, node) => sum + countSteps(node), 0);
}

/** `has(a.b)` as a call: for the engine what is null is not there. */
function hasField({ id }: Expr, operand: Expr, field: string): Expr['exprKind'] {
  const name = nodeOf(id, constantKind({ case: 'stringValue', value: field }));
  return callKind(hidden.has, [operand, name]);
}

function counted(range: Expr, each: number): Expr {
  const { id } = range;
  const weight = nodeOf(id, constantKind({ case: 'int64Value', value: BigInt(each) }));
  return nodeOf(id, callKind(stepsFunction, [range, weight]));
}
