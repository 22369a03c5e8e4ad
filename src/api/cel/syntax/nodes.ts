import type { Constant, Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';

/** The name of what a loop gathers; no expression can write it. */
export const accumulator = '@result';

type Kind = Expr['exprKind'];

export function nodeOf(id: bigint, exprKind: Kind): Expr {
  return { $typeName: 'cel.expr.Expr', id, exprKind };
}

export function callKind(name: string, args: Expr[], target?: Expr): Kind {
  return {
    case: 'callExpr',
    value: { $typeName: 'cel.expr.Expr.Call', function: name, args, ...(target && { target }) },
  };
}

export function constantKind(constant: Constant['constantKind']): Kind {
  return { case: 'constExpr', value: { $typeName: 'cel.expr.Constant', constantKind: constant } };
}

/** Makes the nodes of one expression, and remembers where each stands. */
export class Nodes {
  readonly #offsets = new Map<bigint, number>();
  readonly #most: number;
  #last = 0n;

  /** `most`: nodes that one expression may have. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Where the node stands in the expression. */
  offsetOf({ id }: Expr): number {
    return this.#offsets.get(id) ?? 0;
  }

  #node(offset: number, exprKind: Expr['exprKind']): Expr {
    this.#last += 1n;
    if (this.#last > this.#most) throw new RangeError('the expression is too large');
    this.#offsets.set(this.#last, offset);
    return nodeOf(this.#last, exprKind);
  }

  constant(offset: number, constant: Constant['constantKind']): Expr {
    return this.#node(offset, constantKind(constant));
  }

  bool(offset: number, value: boolean): Expr {
    return this.constant(offset, { case: 'boolValue', value });
  }

  int(offset: number, value: bigint): Expr {
    return this.constant(offset, { case: 'int64Value', value });
  }

  string(offset: number, value: string): Expr {
    return this.constant(offset, { case: 'stringValue', value });
  }

  ident(offset: number, name: string): Expr {
    return this.#node(offset, { case: 'identExpr', value: { $typeName: 'cel.expr.Expr.Ident', name } });
  }

  select(offset: number, operand: Expr, field: string, testOnly = false): Expr {
    const value = { $typeName: 'cel.expr.Expr.Select', operand, field, testOnly } as const;
    return this.#node(offset, { case: 'selectExpr', value });
  }

  call(offset: number, name: string, args: Expr[], target?: Expr): Expr {
    return this.#node(offset, callKind(name, args, target));
  }

  list(offset: number, elements: Expr[]): Expr {
    const value = { $typeName: 'cel.expr.Expr.CreateList', elements, optionalIndices: [] } as const;
    return this.#node(offset, { case: 'listExpr', value: { ...value, optionalIndices: [] } });
  }

  struct(offset: number, messageName: string, members: readonly (readonly [Expr | string, Expr])[]): Expr {
    const entries = members.map(([key, value]) => ({
      $typeName: 'cel.expr.Expr.CreateStruct.Entry' as const,
      id: value.id,
      keyKind:
        typeof key === 'string'
          ? ({ case: 'fieldKey', value: key } as const)
          : ({ case: 'mapKey', value: key } as const),
      value,
      optionalEntry: false,
    }));
    return this.#node(offset, {
      case: 'structExpr',
      value: { $typeName: 'cel.expr.Expr.CreateStruct', messageName, entries },
    });
  }

  /** A loop over `range`: `step` makes the next value of `accuVar`; while `condition` holds. */
  fold(
    offset: number,
    loop: {
      readonly range: Expr;
      readonly item: string;
      readonly accuVar?: string;
      readonly init: Expr;
      readonly condition: Expr;
      readonly step: Expr;
      readonly result: Expr;
    },
  ): Expr {
    return this.#node(offset, {
      case: 'comprehensionExpr',
      value: {
        $typeName: 'cel.expr.Expr.Comprehension',
        accuVar: loop.accuVar ?? accumulator,
        accuInit: loop.init,
        iterVar: loop.item,
        iterVar2: '',
        iterRange: loop.range,
        loopCondition: loop.condition,
        loopStep: loop.step,
        result: loop.result,
      },
    });
  }

  /** `body` with `name` for the value. */
  bind(offset: number, name: string, value: Expr, body: Expr): Expr {
    return this.fold(offset, {
      range: this.list(offset, []),
      item: '@unused',
      accuVar: name,
      init: value,
      condition: this.bool(offset, false),
      step: this.ident(offset, name),
      result: body,
    });
  }
}
