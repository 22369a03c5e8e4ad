import { type CelFunc, CelScalar, celMethod, listType } from '@bufbuild/cel';
import { RE2JS } from 're2js';
import { spendOnMatch } from '../budget.ts';

const { BOOL, INT, STRING } = CelScalar;

/** The pattern that was used last: loops use the same one again and again. */
let last: RE2JS | undefined;

function compiled(pattern: string): RE2JS {
  if (last?.pattern() !== pattern) last = RE2JS.compile(pattern);
  return last;
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
