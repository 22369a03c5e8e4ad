/** The JSONPath of kubectl, as printer columns use it: fields, indexes, slices, wildcards, filters, `..`. */

export class JsonPathError extends Error {}

type Step =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'slice'; readonly from?: number; readonly to?: number; readonly by: number }
  | { readonly type: 'index'; readonly at: number }
  | { readonly type: 'all' }
  | { readonly type: 'deep' }
  | { readonly type: 'filter'; readonly left: Operand; readonly operator: string; readonly right: Operand }
  | { readonly type: 'union'; readonly steps: readonly Step[] };

type Operand = { readonly path: JsonPath } | { readonly value: unknown };

/** A path that has been read; gives everything that it finds in a value, in order. */
export interface JsonPath {
  find(root: unknown): readonly unknown[];
}

const mostChars = 1024;
/** Of each step; several `..` would find the same things again and again. */
const mostFound = 20_000;

/** Reads `.spec.replicas` or `{.spec.replicas}`. Throws JsonPathError. */
export function parseJsonPath(text: string): JsonPath {
  if (text.length > mostChars) throw new JsonPathError(`a path has at most ${mostChars} characters`);
  const inner = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  const steps = readSteps(inner.replace(/^[$@]/, ''));
  return {
    find: (root) => steps.reduce(following, [root]),
  };
}

/** What a step finds in all that those before it found. */
function following(values: readonly unknown[], step: Step): readonly unknown[] {
  const found: unknown[] = [];
  for (const value of values) {
    for (const next of take(step, value)) found.push(next);
    if (found.length >= mostFound) break;
  }
  return found;
}

const field = /^\.?((?:\\.|[^.[\\\s])+)/;
const quoted = /^(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")$/;
const sliceText = /^(-?\d+)?:(-?\d+)?(?::(-?\d+))?$/;

function readSteps(text: string): readonly Step[] {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== '') {
    if (rest.startsWith('..')) {
      steps.push({ type: 'deep' });
      rest = rest.slice(rest[2] === '[' ? 2 : 1);
    } else if (rest.startsWith('[')) {
      const end = closing(rest);
      steps.push(bracket(rest.slice(1, end).trim()));
      rest = rest.slice(end + 1);
    } else {
      const match = field.exec(rest);
      if (!match) throw new JsonPathError(`unrecognized character in path: ${JSON.stringify(rest)}`);
      const name = (match[1] ?? '').replaceAll(/\\(.)/g, '$1');
      steps.push(match[1] === '*' ? { type: 'all' } : { type: 'field', name });
      rest = rest.slice(match[0].length);
    }
  }
  return steps;
}

/** Where the bracket that `text` begins with is closed. */
function closing(text: string): number {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote) {
      if (char === '\\') at++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth++;
    else if (char === ']' && --depth === 0) return at;
  }
  throw new JsonPathError('unterminated array');
}

function bracket(inner: string): Step {
  if (inner === '*') return { type: 'all' };
  if (inner.startsWith('?(') && inner.endsWith(')')) return filter(inner.slice(2, -1).trim());
  const name = quoted.exec(inner);
  if (name) return { type: 'field', name: (name[1] ?? name[2] ?? '').replaceAll(/\\(.)/g, '$1') };
  if (inner.includes(',')) return { type: 'union', steps: inner.split(',').map((part) => bracket(part.trim())) };
  if (/^-?\d+$/.test(inner)) return { type: 'index', at: Number(inner) };
  const slice = sliceText.exec(inner);
  if (!slice) throw new JsonPathError(`invalid array index ${inner}`);
  const [, from, to, by] = slice;
  return { type: 'slice', ...(from && { from: Number(from) }), ...(to && { to: Number(to) }), by: Number(by ?? 1) };
}

const comparison = /^(.+?)\s*(==|!=|<=|>=|<|>)\s*(.+)$/;

function filter(text: string): Step {
  const match = comparison.exec(text);
  if (!match) return { type: 'filter', left: operand(text), operator: 'exists', right: { value: undefined } };
  return {
    type: 'filter',
    left: operand(match[1] ?? ''),
    operator: match[2] ?? '',
    right: operand(match[3] ?? ''),
  };
}

function operand(text: string): Operand {
  if (text.startsWith('@') || text.startsWith('$')) return { path: parseJsonPath(text) };
  const literal = quoted.exec(text);
  if (literal) return { value: (literal[1] ?? literal[2] ?? '').replaceAll(/\\(.)/g, '$1') };
  if (text === 'true' || text === 'false') return { value: text === 'true' };
  const number = Number(text);
  if (text === '' || Number.isNaN(number)) throw new JsonPathError(`unrecognized filter operand ${text}`);
  return { value: number };
}

function take(step: Step, value: unknown): readonly unknown[] {
  switch (step.type) {
    case 'field':
      return isRecord(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'all':
      return typeof value === 'object' && value !== null ? Object.values(value) : [];
    case 'deep':
      return descendants(value);
    case 'index':
      return Array.isArray(value) && value.at(step.at) !== undefined ? [value.at(step.at)] : [];
    case 'slice':
      return Array.isArray(value) ? value.slice(step.from, step.to).filter((_, at) => at % step.by === 0) : [];
    case 'union':
      return step.steps.flatMap((one) => take(one, value));
    case 'filter':
      return Array.isArray(value) ? value.filter((item) => passes(step, item)) : [];
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function descendants(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return [value, ...Object.values(value).flatMap(descendants)];
}

function passes({ left, operator, right }: Extract<Step, { type: 'filter' }>, item: unknown): boolean {
  const a = 'path' in left ? left.path.find(item)[0] : left.value;
  if (operator === 'exists') return a !== undefined;
  const b = 'path' in right ? right.path.find(item)[0] : right.value;
  if (operator === '==') return a !== undefined && a === b;
  if (operator === '!=') return a !== undefined && a !== b;
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return false;
  const order = a < (b as typeof a) ? -1 : a === b ? 0 : 1;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}
