import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { accumulator, type Nodes } from './nodes.ts';
import { SyntaxProblem } from './source.ts';

/** Functions that only expressions know and that no one can write: what macros are made of. */
export const hidden = {
  /** Of a list its indices, of a map its keys. */
  keys: '@keys',
  /** What a list has at an index, a map at a key. */
  at: '@at',
  /** Whether a map has a field. */
  has: '@has',
  /** A list with one more item. */
  append: '@append',
  /** A map with one more entry. */
  put: '@put',
  /** Two maps as one. */
  merge: '@merge',
  /** A field of something that may not be there, as an optional. */
  optionalField: '@optionalField',
  /** What is at an index or key, as an optional. */
  optionalIndex: '@optionalIndex',
  /** What is at an index or key of what an optional holds. */
  optionalInner: '@optionalInner',
  /** A list of what is there: nothing, or one. */
  present: '@present',
  /** A map with one more entry if the value is there. */
  putPresent: '@putPresent',
} as const;

interface Call {
  readonly nodes: Nodes;
  readonly offset: number;
  readonly target: Expr;
  readonly args: readonly Expr[];
}

/** Calls that are more than calls: github.com/google/cel-spec/blob/master/doc/langdef.md#macros and cel-go's extensions. */
export function expandGlobal(nodes: Nodes, name: string, args: readonly Expr[]): Expr | undefined {
  const [arg] = args;
  if (name !== 'has' || args.length !== 1 || !arg) return undefined;
  const { exprKind } = arg;
  if (exprKind.case === 'selectExpr' && exprKind.value.operand)
    return nodes.select(nodes.offsetOf(arg), exprKind.value.operand, exprKind.value.field, true);
  throw new SyntaxProblem(nodes.offsetOf(arg), 'invalid argument to has() macro');
}

/** Undefined: an ordinary call of a method. */
export function expandMethod(call: Call, name: string): Expr | undefined {
  const macro = methods[`${name}/${call.args.length}`];
  return macro?.(call);
}

const methods: Readonly<Record<string, (call: Call) => Expr | undefined>> = {
  'all/2': (call) => quantifier(call, 'all'),
  'exists/2': (call) => quantifier(call, 'exists'),
  'exists_one/2': (call) => quantifier(call, 'one'),
  'existsOne/2': (call) => quantifier(call, 'one'),
  'map/2': (call) => gather(call),
  'map/3': (call) => gather(call),
  'filter/2': (call) => gather(call, { isFilter: true }),
  'all/3': (call) => quantifier(call, 'all'),
  'exists/3': (call) => quantifier(call, 'exists'),
  'exists_one/3': (call) => quantifier(call, 'one'),
  'existsOne/3': (call) => quantifier(call, 'one'),
  'transformList/3': (call) => transform(call, 'list'),
  'transformList/4': (call) => transform(call, 'list'),
  'transformMap/3': (call) => transform(call, 'map'),
  'transformMap/4': (call) => transform(call, 'map'),
  'transformMapEntry/3': (call) => transform(call, 'entry'),
  'transformMapEntry/4': (call) => transform(call, 'entry'),
  'optMap/2': (call) =>
    optional(call, ({ nodes, offset }, body) => {
      const some = nodes.call(offset, 'of', [body], nodes.ident(offset, 'optional'));
      return some;
    }),
  'optFlatMap/2': (call) => optional(call, (_call, body) => body),
  'bind/3'({ nodes, offset, target, args: [name, value, body] }) {
    const isCel = target.exprKind.case === 'identExpr' && target.exprKind.value.name === 'cel';
    if (!isCel || !name || !value || !body) return undefined;
    return nodes.bind(
      offset,
      variableOf(nodes, name, 'cel.bind() variable names must be simple identifiers'),
      value,
      body,
    );
  },
};

const wrongVariable = 'argument must be a simple name';

function variableOf(nodes: Nodes, arg: Expr | undefined, problem = wrongVariable): string {
  if (arg?.exprKind.case === 'identExpr' && !arg.exprKind.value.name.startsWith('.')) {
    const { name } = arg.exprKind.value;
    if (name !== accumulator) return name;
  }
  throw new SyntaxProblem(arg ? nodes.offsetOf(arg) : 0, problem);
}

/** A loop over the target with one variable, or with two: index and item of a list, key and value of a map. */
interface Loop {
  readonly range: Expr;
  readonly item: string;
  /** What is behind the variables. */
  readonly rest: readonly Expr[];
  /** Puts the loop where its target has been evaluated once. */
  wrap(loop: Expr): Expr;
}

const rangeVariable = '@range';

function loopOf({ nodes, offset, target, args }: Call, variables: 1 | 2): Loop {
  const item = variableOf(nodes, args[0]);
  if (variables === 1) return { range: target, item, rest: args.slice(1), wrap: (loop) => loop };
  const second = variableOf(nodes, args[1]);
  if (item === second)
    throw new SyntaxProblem(args[1] ? nodes.offsetOf(args[1]) : offset, `duplicate variable name: ${second}`);
  const range = () => nodes.ident(offset, rangeVariable);
  const value = () => nodes.call(offset, hidden.at, [range(), nodes.ident(offset, item)]);
  return {
    range: nodes.call(offset, hidden.keys, [range()]),
    item,
    rest: args.slice(2).map((part) => nodes.bind(nodes.offsetOf(part), second, value(), part)),
    wrap: (loop) => nodes.bind(offset, rangeVariable, target, loop),
  };
}

function quantifier(call: Call, type: 'all' | 'exists' | 'one'): Expr | undefined {
  const { nodes, offset, args } = call;
  const { range, item, rest, wrap } = loopOf(call, args.length === 2 ? 1 : 2);
  const [test] = rest;
  if (!test) return undefined;
  const soFar = () => nodes.ident(offset, accumulator);
  if (type === 'one') {
    const more = nodes.call(offset, '_+_', [soFar(), nodes.int(offset, 1n)]);
    return wrap(
      nodes.fold(offset, {
        range,
        item,
        init: nodes.int(offset, 0n),
        condition: nodes.bool(offset, true),
        step: nodes.call(offset, '_?_:_', [test, more, soFar()]),
        result: nodes.call(offset, '_==_', [soFar(), nodes.int(offset, 1n)]),
      }),
    );
  }
  const isAll = type === 'all';
  const undecided = isAll ? soFar() : nodes.call(offset, '!_', [soFar()]);
  return wrap(
    nodes.fold(offset, {
      range,
      item,
      init: nodes.bool(offset, isAll),
      condition: nodes.call(offset, '@not_strictly_false', [undecided]),
      step: nodes.call(offset, isAll ? '_&&_' : '_||_', [soFar(), test]),
      result: soFar(),
    }),
  );
}

/** `map` and `filter`. */
function gather(call: Call, { isFilter = false } = {}): Expr | undefined {
  const { nodes, offset, args } = call;
  const { range, item, rest } = loopOf(call, 1);
  const made = isFilter ? nodes.ident(offset, item) : rest.at(-1);
  const test = isFilter || args.length === 3 ? rest[0] : undefined;
  if (!made) return undefined;
  const soFar = () => nodes.ident(offset, accumulator);
  const added = nodes.call(offset, hidden.append, [soFar(), made]);
  return nodes.fold(offset, {
    range,
    item,
    init: nodes.list(offset, []),
    condition: nodes.bool(offset, true),
    step: test ? nodes.call(offset, '_?_:_', [test, added, soFar()]) : added,
    result: soFar(),
  });
}

function transform(call: Call, into: 'list' | 'map' | 'entry'): Expr | undefined {
  const { nodes, offset, args } = call;
  const { range, item, rest, wrap } = loopOf(call, 2);
  const made = rest.at(-1);
  const test = args.length === 4 ? rest[0] : undefined;
  if (!made) return undefined;
  const soFar = () => nodes.ident(offset, accumulator);
  const added =
    into === 'list'
      ? nodes.call(offset, hidden.append, [soFar(), made])
      : into === 'map'
        ? nodes.call(offset, hidden.put, [soFar(), nodes.ident(offset, item), made])
        : nodes.call(offset, hidden.merge, [soFar(), made]);
  return wrap(
    nodes.fold(offset, {
      range,
      item,
      init: into === 'list' ? nodes.list(offset, []) : nodes.struct(offset, '', []),
      condition: nodes.bool(offset, true),
      step: test ? nodes.call(offset, '_?_:_', [test, added, soFar()]) : added,
      result: soFar(),
    }),
  );
}

const optionalVariable = '@target';

/** `optMap` and `optFlatMap`: the body with the value, or nothing where there is none. */
function optional(call: Call, made: (call: Call, body: Expr) => Expr): Expr | undefined {
  const { nodes, offset, target, args } = call;
  const name = variableOf(nodes, args[0], 'optMap() variable name must be a simple identifier');
  const [, body] = args;
  if (!body) return undefined;
  const subject = () => nodes.ident(offset, optionalVariable);
  const value = nodes.call(offset, 'value', [], subject());
  const some = made(call, nodes.bind(offset, name, value, body));
  const none = nodes.call(offset, 'none', [], nodes.ident(offset, 'optional'));
  const test = nodes.call(offset, 'hasValue', [], subject());
  return nodes.bind(offset, optionalVariable, target, nodes.call(offset, '_?_:_', [test, some, none]));
}
