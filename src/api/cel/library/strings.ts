import {
  type CelFunc,
  CelScalar,
  type CelValue,
  celFunc,
  celMethod,
  isCelError,
  isCelList,
  isCelMap,
  listType,
} from '@bufbuild/cel';
import { strings as engine } from '@bufbuild/cel/ext';
import { spend, spendOn, spendOnSearch } from '../budget.ts';

/**
 * cel-go's strings library. What counts characters is our own: the engine's counts UTF-16 units, cel-go code points. So is
 * what takes longer for longer texts: it takes steps of the budget.
 */

const { BOOL, BYTES, DYN, INT, STRING } = CelScalar;
const texts = listType(STRING);
const surrogate = /[\uD800-\uDFFF]/;

const engineFormat = engine.find(({ name }) => name === 'format');

/** For going through everything in a value. */
function spendOnAll(value: CelValue): void {
  spend(1);
  if (typeof value === 'string' || value instanceof Uint8Array) spendOn(value);
  else if (isCelList(value)) for (const item of value) spendOnAll(item);
  else if (isCelMap(value)) for (const entry of value) entry.forEach(spendOnAll);
}

/** A text as a row of code points; most texts are one of UTF-16 units already. */
function pointsOf(text: string): string | readonly string[] {
  return surrogate.test(text) ? [...text] : text;
}

function textOf(points: string | readonly string[], from: number, to: number): string {
  return typeof points === 'string' ? points.slice(from, to) : points.slice(from, to).join('');
}

function indexIn(length: number, at: bigint): number {
  if (at < 0n || at > BigInt(length)) throw new Error(`index out of range: ${at}`);
  return Number(at);
}

/** Of an index in UTF-16 units, that in code points. */
function pointIndex(text: string, unit: number): bigint {
  return BigInt(unit < 0 ? -1 : surrogate.test(text) ? [...text.slice(0, unit)].length : unit);
}

/** The unit at which a code point begins. */
function unitIndex(text: string, point: bigint): number {
  const points = pointsOf(text);
  return textOf(points, 0, indexIn(points.length, point)).length;
}

/** As Go's `strings.Replace`: an empty text is found before each character and at the end. */
function replaced(text: string, from: string, to: string, most: bigint): string {
  spendOn(text);
  if (most === 0n) return text;
  const parts = split(text, from, most < 0n ? -1 : Number(most) + 1);
  const pieces = from === '' ? emptyMatches(text, most) : parts;
  spend((pieces.length * to.length) / 10);
  return pieces.join(to);
}

/** What lies between empty texts: nothing, the first character, the second one … */
function emptyMatches(text: string, most: bigint): readonly string[] {
  const points = [...text];
  const count = most < 0n ? points.length + 1 : Math.min(Number(most), points.length + 1);
  return ['', ...points.slice(0, count - 1), points.slice(count - 1).join('')];
}

/** As Go's `strings.SplitN`: the last part has the rest. */
function split(text: string, separator: string, most: number): string[] {
  spendOn(text);
  if (most === 0) return [];
  const all = separator === '' ? [...text] : text.split(separator);
  if (most < 0 || all.length <= most) return all;
  return [...all.slice(0, most - 1), all.slice(most - 1).join(separator)];
}

function joined(list: Iterable<unknown>, separator: string): string {
  const parts: string[] = [];
  for (const item of list) {
    if (typeof item !== 'string') throw new Error('no such overload: join of what are no strings');
    spendOn(item);
    spendOn(separator);
    spend(1);
    parts.push(item);
  }
  return parts.join(separator);
}

const own: readonly CelFunc[] = [
  celMethod('charAt', STRING, [INT], STRING, function (at) {
    const points = pointsOf(this);
    return textOf(points, indexIn(points.length, at), Number(at) + 1);
  }),
  celMethod('substring', STRING, [INT], STRING, function (from) {
    spendOn(this);
    return this.slice(unitIndex(this, from));
  }),
  celMethod('substring', STRING, [INT, INT], STRING, function (from, to) {
    spendOn(this);
    const points = pointsOf(this);
    const [start, end] = [indexIn(points.length, from), indexIn(points.length, to)];
    if (start > end) throw new Error(`invalid substring range. start: ${start}, end: ${end}`);
    return textOf(points, start, end);
  }),
  celMethod('indexOf', STRING, [STRING], INT, function (wanted) {
    spendOnSearch(this, wanted);
    return pointIndex(this, this.indexOf(wanted));
  }),
  celMethod('indexOf', STRING, [STRING, INT], INT, function (wanted, from) {
    spendOnSearch(this, wanted);
    return pointIndex(this, this.indexOf(wanted, unitIndex(this, from)));
  }),
  celMethod('lastIndexOf', STRING, [STRING], INT, function (wanted) {
    spendOnSearch(this, wanted);
    return pointIndex(this, this.lastIndexOf(wanted));
  }),
  celMethod('lastIndexOf', STRING, [STRING, INT], INT, function (wanted, from) {
    spendOnSearch(this, wanted);
    return pointIndex(this, this.lastIndexOf(wanted, unitIndex(this, from)));
  }),
  celMethod('lowerAscii', STRING, [], STRING, function () {
    spendOn(this);
    return this.replaceAll(/[A-Z]+/g, (found) => found.toLowerCase());
  }),
  celMethod('upperAscii', STRING, [], STRING, function () {
    spendOn(this);
    return this.replaceAll(/[a-z]+/g, (found) => found.toUpperCase());
  }),
  celMethod('replace', STRING, [STRING, STRING], STRING, function (from, to) {
    return replaced(this, from, to, -1n);
  }),
  celMethod('replace', STRING, [STRING, STRING, INT], STRING, function (from, to, most) {
    return replaced(this, from, to, most);
  }),
  celMethod('split', STRING, [STRING], texts, function (separator) {
    return split(this, separator, -1);
  }),
  celMethod('split', STRING, [STRING, INT], texts, function (separator, most) {
    return split(this, separator, Number(most));
  }),
  celMethod('join', texts, [], STRING, function () {
    return joined(this, '');
  }),
  celMethod('join', texts, [STRING], STRING, function (separator) {
    return joined(this, separator);
  }),
  celMethod('contains', STRING, [STRING], BOOL, function (wanted) {
    spendOnSearch(this, wanted);
    return this.includes(wanted);
  }),
  celMethod('size', STRING, [], INT, function () {
    return sizeOf(this);
  }),
  celFunc('size', [STRING], INT, sizeOf),
  celFunc('_+_', [STRING, STRING], STRING, (a, b) => {
    spendOn(a);
    spendOn(b);
    return a + b;
  }),
  celFunc('_+_', [BYTES, BYTES], BYTES, (a, b) => {
    spendOn(a);
    spendOn(b);
    return new Uint8Array(Buffer.concat([a, b]));
  }),
  celMethod('format', STRING, [listType(DYN)], STRING, function (values) {
    spendOn(this);
    spendOnAll(values);
    const made = engineFormat?.call(0, this as never, [values as CelValue]);
    if (isCelError(made)) throw new Error(made.message);
    return String(made);
  }),
];

/** Counting is quick, and upstream counts it as one step. */
function sizeOf(text: string): bigint {
  spend(text.length / 1000);
  return BigInt(pointsOf(text).length);
}

const taken = new Set(own.map(({ name }) => name));

export const stringLibrary: readonly CelFunc[] = [...engine.filter(({ name }) => !taken.has(name)), ...own];
