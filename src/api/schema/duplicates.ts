/** Finds keys that a JSON text has twice in one object, which `JSON.parse` does not tell. */

const mostProblems = 100;
const quoteCode = 34;
const backslashCode = 92;

interface Frame {
  /** Keys seen; undefined for a list. */
  readonly keys: Set<string> | undefined;
  /** The present key or place. */
  at: string | number;
}

/**
 * Whether `value`, just parsed from `text`, surely has all fields that the text names: then none stands there twice. It is
 * counted quickly, and nearly always so.
 */
export function hasEveryField(text: string, value: unknown): boolean {
  return countFields(value, 0) === countNames(text);
}

const deepest = 200;

/** Not a number for what is nested deeper than any object is. */
function countFields(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > deepest) return Number.NaN;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') count += countFields(item, depth + 1);
    return count;
  }
  for (const key in value) {
    count++;
    const field = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof field === 'object') count += countFields(field, depth + 1);
  }
  return count;
}

/** The strings that a colon follows. */
function countNames(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    at = stringEnd(text, at);
    let next = text.charCodeAt(at + 1);
    for (let space = at + 2; next <= 32; space++) next = text.charCodeAt(space);
    if (next === 58) count++;
  }
  return count;
}

/**
 * Returns `duplicate field "spec.replicas"` for each, at most 100. `text` must be valid JSON (parse it first): the scan
 * only looks for strings, braces, brackets, colons and commas.
 */
export function duplicateFields(text: string): readonly string[] {
  const problems: string[] = [];
  const stack: Frame[] = [];
  let frame: Frame | undefined;
  let lastString = '';
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quoteCode: {
        const end = stringEnd(text, at);
        lastString = text.slice(at + 1, end);
        at = end;
        break;
      }
      case 123: // {
        frame = { keys: new Set(), at: '' };
        stack.push(frame);
        break;
      case 91: // [
        frame = { keys: undefined, at: 0 };
        stack.push(frame);
        break;
      case 125: // }
      case 93: // ]
        stack.pop();
        frame = stack.at(-1);
        break;
      case 58: // :
        if (!frame?.keys) break;
        frame.at = lastString.includes('\\') ? (JSON.parse(`"${lastString}"`) as string) : lastString;
        if (frame.keys.has(frame.at) && problems.length < mostProblems) {
          const problem = `duplicate field "${pathOf(stack)}"`;
          if (!problems.includes(problem)) problems.push(problem);
        }
        frame.keys.add(frame.at);
        break;
      case 44: // ,
        if (frame && typeof frame.at === 'number') frame.at++;
        break;
    }
  }
  return problems;
}

/** The closing quote of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslashCode) backslashes++;
  return backslashes % 2 === 1;
}

function pathOf(stack: readonly Frame[]): string {
  let path = '';
  for (const { at } of stack) path += typeof at === 'number' ? `[${at}]` : `${path && '.'}${at}`;
  return path;
}
