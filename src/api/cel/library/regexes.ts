import { type CelFunc, CelScalar, celMethod, listType } from '@bufbuild/cel';
import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { RE2JS } from 're2js';
import { toError } from '../../../base/errors.ts';
import { spendOnMatch } from '../budget.ts';
import { partsOf } from '../syntax/parts.ts';

const { BOOL, INT, STRING } = CelScalar;

/** The pattern that was used last: loops use the same one again and again. */
let last: RE2JS | undefined;

function compiled(pattern: string): RE2JS {
  if (last?.pattern() !== pattern) last = RE2JS.compile(pattern);
  return last;
}

const users = new Set(['matches', 'find', 'findAll']);

/** What is wrong with a pattern that stands in an expression as it is; undefined: nothing. */
export function patternFault(node: Expr): string | undefined {
  const { exprKind } = node;
  if (exprKind.case === 'callExpr' && users.has(exprKind.value.function)) {
    const pattern = exprKind.value.args[exprKind.value.target ? 0 : 1]?.exprKind;
    const constant = pattern?.case === 'constExpr' ? pattern.value.constantKind : undefined;
    if (constant?.case === 'stringValue') {
      try {
        RE2JS.compile(constant.value);
      } catch (error) {
        return toError(error).message;
      }
    }
  }
  for (const part of partsOf(node)) {
    const fault = patternFault(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function* matchesOf(text: string, pattern: string): Generator<string> {
  spendOnMatch(text, pattern);
  const matcher = compiled(pattern).matcher(text);
  while (matcher.find()) yield matcher.group() ?? '';
}

/** By an engine whose time grows with the text only. */
export const regexes: readonly CelFunc[] = [
  celMethod('matches', STRING, [STRING], BOOL, function (pattern) {
    spendOnMatch(this, pattern);
    return compiled(pattern).matcher(this).find();
  }),
  celMethod('find', STRING, [STRING], STRING, function (pattern) {
    return matchesOf(this, pattern).next().value ?? '';
  }),
  celMethod('findAll', STRING, [STRING], listType(STRING), function (pattern) {
    return [...matchesOf(this, pattern)];
  }),
  celMethod('findAll', STRING, [STRING, INT], listType(STRING), function (pattern, limit) {
    return limit < 0n ? [...matchesOf(this, pattern)] : [...matchesOf(this, pattern).take(Number(limit))];
  }),
];
