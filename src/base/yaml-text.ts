/**
 * Values of JSON as YAML, in the form in which Go's tools write it: keys in order, lists as far to the left as their key.
 * A document of a megabyte takes milliseconds, as it would as indented JSON.
 */

/** Deeper values stand on one line, as JSON: indentation must not make a small document large. */
const mostBlockDepth = 24;
/** YAML's longest key without a mark of its own is 1,024 characters. */
const longestPlainKey = 1000;

/** Ends with a newline. Fields that are undefined are left out. */
export function yamlText(value: unknown): string {
  const text = typeof value === 'string' ? ` ${quoted(value)}` : blockOf(value, '', 0);
  return text.startsWith('\n') ? text.slice(1) : `${text.slice(1)}\n`;
}

/** What follows a key's colon or a list's dash: ` text`, or lines that begin with a newline and end with one. */
function blockOf(value: unknown, indent: string, depth: number): string {
  if (typeof value === 'string') return ` ${textOf(value, indent)}`;
  if (typeof value !== 'object' || value === null || depth > mostBlockDepth) return ` ${flowOf(value)}`;
  if (Array.isArray(value)) return value.length === 0 ? ' []' : listOf(value, indent, depth);
  return mapOf(value as Readonly<Record<string, unknown>>, indent, depth) || ' {}';
}

function flowOf(value: unknown): string {
  return escaped(JSON.stringify(value) ?? 'null');
}

function mapOf(map: Readonly<Record<string, unknown>>, indent: string, depth: number): string {
  let text = '';
  for (const name of Object.keys(map).sort()) {
    const value = map[name];
    if (value === undefined) continue;
    const key = plain.test(name) && !isWord(name) ? name : quoted(name);
    const head = key.length > longestPlainKey ? `? ${key}\n${indent}:` : `${key}:`;
    // Lists stand under their key, not to the right of it.
    const inner = Array.isArray(value) ? indent : `${indent}  `;
    const block = blockOf(value, inner, depth + 1);
    text += `${text === '' ? '\n' : ''}${indent}${head}${block}${block.endsWith('\n') ? '' : '\n'}`;
  }
  return text;
}

function listOf(list: readonly unknown[], indent: string, depth: number): string {
  let text = '\n';
  for (const item of list) {
    const block = blockOf(item, `${indent}  `, depth + 1);
    // The first line of a map or list in a list stands behind the dash.
    const nested = block.startsWith('\n') ? ` ${block.slice(indent.length + 3)}` : block;
    text += `${indent}-${nested}${nested.endsWith('\n') ? '' : '\n'}`;
  }
  return text;
}

/** What YAML takes for text without quotes, and never for a number, a time or a mark; more than that is quoted. */
const plain = /^[A-Za-z_/][\w./+@=()-]*(?:[ :][\w./+@=()-]+)*$/;
const words = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n']);

function isWord(text: string): boolean {
  return text.length <= 5 && words.has(text.toLowerCase());
}

function textOf(text: string, indent: string): string {
  if (plain.test(text)) return isWord(text) ? quoted(text) : text;
  return text.includes('\n') && isPrintable(text) && !/^[ \t\n]/.test(text) ? literalOf(text, indent) : quoted(text);
}

/** Lines as they are (YAML 1.2, section 8.1.2). */
function literalOf(text: string, indent: string): string {
  const end = text.endsWith('\n\n') ? '|+' : text.endsWith('\n') ? '|' : '|-';
  const lines = text.endsWith('\n') ? text.slice(0, -1) : text;
  return `${end}\n${indent}${lines.replaceAll(/\n(?!\n|$)/g, `\n${indent}`)}\n`;
}

function isPrintable(text: string): boolean {
  return text.isWellFormed() && !unprintable.test(text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
const unprintable = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;
const needsEscape = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

function quoted(text: string): string {
  return escaped(JSON.stringify(text));
}

/** JSON may hold characters in quotes that YAML wants escaped. */
function escaped(json: string): string {
  return json.replaceAll(needsEscape, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
