import { type CelFunc, CelScalar, celMethod, listType } from '@bufbuild/cel';
import { RE2JS } from 're2js';

const { INT, STRING } = CelScalar;

function* matchesOf(text: string, pattern: string): Generator<string> {
  const matcher = RE2JS.compile(pattern).matcher(text);
  while (matcher.find()) yield matcher.group() ?? '';
}

/** By an engine whose time grows with the text only. */
export const regexes: readonly CelFunc[] = [
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
