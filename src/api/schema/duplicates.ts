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
