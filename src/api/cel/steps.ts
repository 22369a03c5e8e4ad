import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';

/** The name under which loops count their steps; no expression can write it. */
export const stepsFunction = '@steps';

/** Makes the loops of an expression count their steps when it runs. */
export function countSteps(node: Expr | undefined): void {
  const { exprKind } = node ?? {};
  switch (exprKind?.case) {
    case 'selectExpr':
      countSteps(exprKind.value.operand);
      return;
    case 'listExpr':
      for (const element of exprKind.value.elements) countSteps(element);
      return;
    case 'structExpr':
      for (const { keyKind, value } of exprKind.value.entries) {
        if (keyKind.case === 'mapKey') countSteps(keyKind.value);
        countSteps(value);
      }
      return;
    case 'callExpr':
      countSteps(exprKind.value.target);
      for (const arg of exprKind.value.args) countSteps(arg);
      return;
    case 'comprehensionExpr': {
      const loop = exprKind.value;
      for (const part of [loop.iterRange, loop.accuInit, loop.loopCondition, loop.loopStep, loop.result])
        countSteps(part);
      if (loop.iterRange) loop.iterRange = counted(loop.iterRange);
    }
  }
}

function counted(range: Expr): Expr {
  const call = { $typeName: 'cel.expr.Expr.Call', function: stepsFunction, args: [range] } as const;
  return {
    $typeName: 'cel.expr.Expr',
    id: range.id,
    exprKind: { case: 'callExpr', value: { ...call, args: [range] } },
  };
}
