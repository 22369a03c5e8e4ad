import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { expandGlobal, expandMethod, hidden } from './macros.ts';
import { Nodes } from './nodes.ts';
import { SyntaxProblem } from './source.ts';
import { type Token, tokenize } from './tokens.ts';

/** As cel-go's parser: how deep an expression may be. */
const deepest = 250;
const mostNodes = 100_000;

export interface Parsed {
  readonly expr: Expr;
  offsetOf(node: Expr): number;
}

/**
 * The language of CEL with what Kubernetes' version of it adds: optional fields, `cel.bind`, loops with two variables. The
 * engine's own parser knows none of these. Throws SyntaxProblem.
 */
export function parse(expression: string): Parsed {
  const nodes = new Nodes(mostNodes);
  try {
    const expr = new Parser(tokenize(expression), nodes).whole();
    return { expr, offsetOf: (node) => nodes.offsetOf(node) };
  } catch (error) {
    if (error instanceof RangeError) throw new SyntaxProblem(0, error.message);
    throw error;
  }
}

const relations = new Set(['<', '<=', '>', '>=', '==', '!=', 'in']);
const sums = new Set(['+', '-']);
const products = new Set(['*', '/', '%']);
const reserved = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** cel-go's parser lists what may begin a value. */
const operands =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

class Parser {
  readonly #tokens: readonly Token[];
  readonly #nodes: Nodes;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], nodes: Nodes) {
    this.#tokens = tokens;
    this.#nodes = nodes;
  }

  whole(): Expr {
    const expr = this.#conditional();
    if (this.#next.kind !== 'end') throw this.#unexpected();
    return expr;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', offset: 0, text: '<EOF>' };
  }

  #take(): Token {
    const token = this.#next;
    this.#at++;
    return token;
  }

  #isNext(text: string): boolean {
    const { kind, text: found } = this.#next;
    return found === text && (kind === 'operator' || kind === 'identifier');
  }

  #accept(text: string): boolean {
    if (!this.#isNext(text)) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): number {
    const { offset } = this.#next;
    if (!this.#accept(text)) throw this.#unexpected(`'${text}'`);
    return offset;
  }

  #unexpected(wanted?: string): SyntaxProblem {
    const { offset, text } = this.#next;
    const hint = wanted === undefined ? '' : ` expecting ${wanted}`;
    return new SyntaxProblem(offset, `Syntax error: ${wanted ? 'mismatched' : 'extraneous'} input '${text}'${hint}`);
  }

  #deeper<T>(inner: () => T): T {
    this.#depth++;
    if (this.#depth > deepest)
      throw new SyntaxProblem(this.#next.offset, `expression recursion limit exceeded: ${deepest}`);
    const result = inner();
    this.#depth--;
    return result;
  }

  #conditional(): Expr {
    return this.#deeper(() => {
      const condition = this.#logical('||', '_||_', () => this.#logical('&&', '_&&_', () => this.#relation()));
      const { offset } = this.#next;
      if (!this.#accept('?')) return condition;
      const yes = this.#logical('||', '_||_', () => this.#logical('&&', '_&&_', () => this.#relation()));
      this.#expect(':');
      const no = this.#conditional();
      return this.#nodes.call(offset, '_?_:_', [condition, yes, no]);
    });
  }

  /** Long chains become balanced trees, so that they are not deep. */
  #logical(sign: '||' | '&&', name: string, operand: () => Expr): Expr {
    const operands = [operand()];
    const offsets: number[] = [];
    for (let { offset } = this.#next; this.#accept(sign); offset = this.#next.offset) {
      offsets.push(offset);
      operands.push(operand());
    }
    return this.#balanced(name, operands, offsets);
  }

  #balanced(name: string, operands: readonly Expr[], offsets: readonly number[]): Expr {
    const [only] = operands;
    if (operands.length === 1 && only) return only;
    const middle = Math.ceil(operands.length / 2);
    const left = this.#balanced(name, operands.slice(0, middle), offsets.slice(0, middle - 1));
    const right = this.#balanced(name, operands.slice(middle), offsets.slice(middle));
    return this.#nodes.call(offsets[middle - 1] ?? 0, name, [left, right]);
  }

  #chain(signs: ReadonlySet<string>, operand: () => Expr): Expr {
    let left = operand();
    for (;;) {
      const { text, offset, kind } = this.#next;
      if ((kind !== 'operator' && kind !== 'identifier') || !signs.has(text)) return left;
      this.#at++;
      left = this.#nodes.call(offset, text === 'in' ? '@in' : `_${text}_`, [left, operand()]);
    }
  }

  #relation(): Expr {
    return this.#chain(relations, () => this.#chain(sums, () => this.#chain(products, () => this.#unary())));
  }

  #unary(): Expr {
    const { offset } = this.#next;
    for (const [sign, name] of [
      ['!', '!_'],
      ['-', '-_'],
    ] as const) {
      if (!this.#accept(sign)) continue;
      const next = this.#next;
      if (sign === '-' && (next.kind === 'int' || next.kind === 'double') && next.offset === offset + 1) {
        this.#at++;
        const literal =
          next.kind === 'int'
            ? this.#nodes.int(offset, -next.value)
            : this.#nodes.constant(offset, { case: 'doubleValue', value: -next.value });
        return this.#members(literal);
      }
      let times = 1;
      while (this.#accept(sign)) times++;
      const operand = this.#deeper(() => this.#members(this.#primary()));
      return times % 2 === 0 ? operand : this.#nodes.call(offset, name, [operand]);
    }
    return this.#members(this.#primary());
  }

  /** What follows a value: fields, methods, indices. */
  #members(start: Expr): Expr {
    let value = start;
    for (let length = 0; ; length++) {
      if (length > mostNodes) throw this.#unexpected();
      const { offset } = this.#next;
      if (this.#accept('.')) value = this.#member(value, offset);
      else if (this.#accept('[')) {
        const name = this.#accept('?') ? hidden.optionalIndex : '_[_]';
        const index = this.#conditional();
        this.#expect(']');
        value = this.#nodes.call(offset, name, [value, index]);
      } else return value;
    }
  }

  #member(operand: Expr, offset: number): Expr {
    const isOptional = this.#accept('?');
    const token = this.#take();
    if (token.kind !== 'identifier' && token.kind !== 'quoted') {
      this.#at--;
      throw this.#unexpected('IDENTIFIER');
    }
    if (isOptional)
      return this.#nodes.call(offset, hidden.optionalField, [operand, this.#nodes.string(token.offset, token.text)]);
    if (token.kind === 'identifier' && this.#isNext('(')) {
      const at = this.#take().offset;
      const args = this.#arguments(')');
      const call = { nodes: this.#nodes, offset: at, target: operand, args };
      return expandMethod(call, token.text) ?? this.#nodes.call(at, token.text, args, operand);
    }
    const name = this.#isNext('{') ? this.#typeName(operand) : undefined;
    if (name !== undefined) return this.#message(`${name}.${token.text}`);
    return this.#nodes.select(offset, operand, token.text);
  }

  /** `a.b.c`, which may be the name of a type. */
  #typeName({ exprKind }: Expr): string | undefined {
    if (exprKind.case === 'identExpr') return exprKind.value.name;
    if (exprKind.case !== 'selectExpr' || exprKind.value.testOnly || !exprKind.value.operand) return undefined;
    const outer = this.#typeName(exprKind.value.operand);
    return outer === undefined ? undefined : `${outer}.${exprKind.value.field}`;
  }

  #message(name: string): Expr {
    const offset = this.#expect('{');
    const members: (readonly [string, Expr])[] = [];
    while (!this.#isNext('}')) {
      const field = this.#take();
      if (field.kind !== 'identifier' && field.kind !== 'quoted') {
        this.#at--;
        throw this.#unexpected('IDENTIFIER');
      }
      this.#expect(':');
      members.push([field.text, this.#conditional()]);
      if (!this.#accept(',')) break;
    }
    this.#expect('}');
    return this.#nodes.struct(offset, name, members);
  }

  #arguments(end: ')'): Expr[] {
    const args: Expr[] = [];
    if (this.#accept(end)) return args;
    do args.push(this.#conditional());
    while (this.#accept(','));
    this.#expect(end);
    return args;
  }

  #primary(): Expr {
    const token = this.#take();
    const { offset } = token;
    switch (token.kind) {
      case 'int':
        if (token.value === 2n ** 63n) throw new SyntaxProblem(offset, 'invalid int literal');
        return this.#nodes.int(offset, token.value);
      case 'uint':
        return this.#nodes.constant(offset, { case: 'uint64Value', value: token.value });
      case 'double':
        return this.#nodes.constant(offset, { case: 'doubleValue', value: token.value });
      case 'string':
        return this.#nodes.string(offset, token.value);
      case 'bytes':
        return this.#nodes.constant(offset, { case: 'bytesValue', value: token.value });
      case 'identifier':
        return this.#named(token.text, offset);
      case 'operator':
        return this.#grouped(token);
      default:
        this.#at--;
        throw this.#unexpected(operands);
    }
  }

  #named(name: string, offset: number): Expr {
    if (name === 'true' || name === 'false') return this.#nodes.bool(offset, name === 'true');
    if (name === 'null') return this.#nodes.constant(offset, { case: 'nullValue', value: 0 });
    if (name === 'in') {
      this.#at--;
      throw this.#unexpected();
    }
    if (reserved.has(name)) throw new SyntaxProblem(offset, `reserved identifier: ${name}`);
    if (this.#isNext('(')) {
      const at = this.#take().offset;
      const args = this.#arguments(')');
      return expandGlobal(this.#nodes, name, args) ?? this.#nodes.call(at, name, args);
    }
    if (this.#isNext('{')) return this.#message(name);
    return this.#nodes.ident(offset, name);
  }

  #grouped({ text, offset }: Token): Expr {
    switch (text) {
      case '(': {
        const inner = this.#conditional();
        this.#expect(')');
        return inner;
      }
      case '[':
        return this.#list(offset);
      case '{':
        return this.#map(offset);
      case '.': {
        const token = this.#take();
        if (token.kind === 'identifier') return this.#named(token.text, token.offset);
      }
    }
    this.#at--;
    throw this.#unexpected(operands);
  }

  /** Elements that may not be there stand in lists of their own, which are joined. */
  #list(offset: number): Expr {
    const parts: Expr[] = [];
    let plain: Expr[] = [];
    const flush = () => {
      if (plain.length > 0 || parts.length === 0) parts.push(this.#nodes.list(offset, plain));
      plain = [];
    };
    while (!this.#isNext(']')) {
      const at = this.#next.offset;
      if (this.#accept('?')) {
        flush();
        parts.push(this.#nodes.call(at, hidden.present, [this.#conditional()]));
      } else plain.push(this.#conditional());
      if (!this.#accept(',')) break;
    }
    this.#expect(']');
    if (plain.length > 0 || parts.length === 0) flush();
    const [first, ...others] = parts;
    return others.reduce(
      (all, part) => this.#nodes.call(offset, '_+_', [all, part]),
      first ?? this.#nodes.list(offset, []),
    );
  }

  #map(offset: number): Expr {
    const members: (readonly [Expr, Expr])[] = [];
    const optionals: (readonly [Expr, Expr])[] = [];
    while (!this.#isNext('}')) {
      const into = this.#accept('?') ? optionals : members;
      const key = this.#conditional();
      this.#expect(':');
      into.push([key, this.#conditional()]);
      if (!this.#accept(',')) break;
    }
    this.#expect('}');
    return optionals.reduce(
      (all, [key, value]) => this.#nodes.call(offset, hidden.putPresent, [all, key, value]),
      this.#nodes.struct(offset, '', members),
    );
  }
}
