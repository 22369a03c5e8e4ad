import type { Expr, Expr_Call, Expr_Comprehension } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { hidden } from '../syntax/macros.ts';
import type { Type } from './type.ts';

/**
 * What an expression costs at the most, known before it runs: cel-go's model with Kubernetes' own functions, by the sizes that the
 * types of its parts know. What has no known size counts as nothing, so that nothing is refused for it; the run has its limit.
 */
export function estimateCost(expr: Expr, typeOf: (node: Expr) => Type): number {
  return new Estimate(typeOf).of(expr);
}

/** cel-go's `common/cost.go`. */
const perStep = 1;
const perList = 10;
const perMap = 30;
const perCharacter = 0.1;
const perPatternCharacter = 0.25;
/** Asking the authorizer is by far the most expensive. */
const perQuestion = 350_000;

/** Functions that go through their first argument once, letter by letter. */
const readers = new Set(
  [
    'charAt',
    'indexOf',
    'lastIndexOf',
    'lowerAscii',
    'replace',
    'split',
    'substring',
    'trim',
    'upperAscii',
    'join',
  ].concat(
    [
      'url',
      'isURL',
      'quantity',
      'isQuantity',
      'ip',
      'isIP',
      'cidr',
      'isCIDR',
      'semver',
      'isSemver',
      'validate',
      'string',
    ],
    ['bytes', 'timestamp', 'duration', 'int', 'double', 'uint', 'strings.quote', 'jsonpatch.escapeKey', 'format'],
  ),
);
/** Functions that go through a list item by item. */
const listReaders = new Set(['isSorted', 'sum', 'max', 'min', '@keys']);
const patterns = new Set(['matches', 'find', 'findAll']);
const comparisons = new Set(['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_']);

class Estimate {
  readonly #typeOf: (node: Expr) => Type;
  /** Sizes of what has no type of its own that says so: what loops gather. */
  readonly #sizes = new Map<Expr, number>();

  constructor(typeOf: (node: Expr) => Type) {
    this.#typeOf = typeOf;
  }

  of(node: Expr | undefined): number {
    const { exprKind } = node ?? {};
    switch (exprKind?.case) {
      case 'identExpr':
        return perStep;
      case 'selectExpr':
        return this.of(exprKind.value.operand) + (exprKind.value.testOnly ? 0 : perStep);
      case 'listExpr':
        return perList + this.#all(exprKind.value.elements);
      case 'structExpr':
        return (
          perMap +
          this.#all(exprKind.value.entries.flatMap(({ keyKind, value }) => [keyKind.value, value].filter(isExpr)))
        );
      case 'callExpr':
        return this.#call(exprKind.value);
      case 'comprehensionExpr':
        return node ? this.#fold(node, exprKind.value) : 0;
      default:
        return 0;
    }
  }

  #all(nodes: readonly Expr[]): number {
    return nodes.reduce((sum, node) => sum + this.of(node), 0);
  }

  #call({ function: name, target, args }: Expr_Call): number {
    const operands = target ? [target, ...args] : args;
    const [first, second, third] = operands;
    if (name === '_?_:_') return this.of(first) + Math.max(this.of(second), this.of(third));
    if (name === '_&&_' || name === '_||_') return this.#all(operands);
    return this.#all(operands) + this.#own(name, first, second);
  }

  /** What a function costs by itself. */
  #own(name: string, first: Expr | undefined, second: Expr | undefined): number {
    if (name === 'check') return perQuestion;
    // cel-go makes a list of the item and joins both.
    if (name === hidden.append) return perList + perStep;
    if (name === '@in') return Math.max(perStep, this.#size(second));
    if (name === 'contains' && isText(first && this.#typeOf(first)))
      return Math.max(perStep, this.#size(first) * perCharacter) * Math.max(perStep, this.#size(second) * perCharacter);
    if (name === 'startsWith' || name === 'endsWith') return Math.max(perStep, this.#size(second) * perCharacter);
    if (patterns.has(name))
      return (this.#size(first) + 1) * perCharacter * Math.max(perStep, this.#size(second) * perPatternCharacter);
    if (name.startsWith('sets.')) return Math.max(perStep, this.#size(first) * Math.max(1, this.#size(second)));
    if (comparisons.has(name)) return Math.max(perStep, Math.min(this.#size(first), this.#size(second)) * perCharacter);
    if (name === '_+_' && isText(first && this.#typeOf(first)))
      return Math.max(perStep, (this.#size(first) + this.#size(second)) * perCharacter);
    if (listReaders.has(name)) return Math.max(perStep, this.#size(first));
    if (readers.has(name)) return Math.max(perStep, this.#size(first) * perCharacter);
    return perStep;
  }

  #fold(node: Expr, { iterRange, accuInit, loopCondition, loopStep, result }: Expr_Comprehension): number {
    const times = iterRange ? this.#size(iterRange) : 0;
    const before = this.of(iterRange) + this.of(accuInit);
    const once = this.of(loopCondition) + this.of(loopStep);
    // `map` and `filter` give a list that is no longer than their range.
    if (accuInit?.exprKind.case === 'listExpr') this.#sizes.set(node, times);
    return before + times * once + this.of(result);
  }

  #size(node: Expr | undefined): number {
    if (!node) return 0;
    const gathered = this.#sizes.get(node);
    if (gathered !== undefined) return gathered;
    const { exprKind } = node;
    if (exprKind.case === 'constExpr') {
      const { value } = exprKind.value.constantKind;
      return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0;
    }
    if (exprKind.case === 'listExpr') return exprKind.value.elements.length;
    if (exprKind.case === 'structExpr') return exprKind.value.entries.length;
    if (exprKind.case === 'callExpr' && exprKind.value.function === '@keys') return this.#size(exprKind.value.args[0]);
    const type = this.#typeOf(node);
    return 'most' in type ? (type.most ?? 0) : 0;
  }
}

function isText(type: Type | undefined): boolean {
  return type?.kind === 'string' || type?.kind === 'bytes';
}

function isExpr(node: unknown): node is Expr {
  return typeof node === 'object' && node !== null && '$typeName' in node;
}
