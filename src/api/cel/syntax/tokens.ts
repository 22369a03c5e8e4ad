import { SyntaxProblem } from './source.ts';

/** The words of CEL: github.com/google/cel-spec/blob/master/doc/langdef.md#syntax */

export type Token =
  | { readonly kind: 'identifier' | 'operator'; readonly text: string; readonly offset: number }
  /** `` `a-name` `` behind a dot. */
  | { readonly kind: 'quoted'; readonly text: string; readonly offset: number }
  | { readonly kind: 'int'; readonly value: bigint; readonly offset: number; readonly text: string }
  | { readonly kind: 'uint'; readonly value: bigint; readonly offset: number; readonly text: string }
  | { readonly kind: 'double'; readonly value: number; readonly offset: number; readonly text: string }
  | { readonly kind: 'string'; readonly value: string; readonly offset: number; readonly text: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array; readonly offset: number; readonly text: string }
  | { readonly kind: 'end'; readonly offset: number; readonly text: '<EOF>' };

const space = /(?:[\t\n\f\r ]|\/\/[^\n]*)*/y;
const number =
  /0x[0-9a-fA-F]+u?|(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)|[0-9]+[uU]?/y;
const text = /([bBrR]{0,2})("""|'''|"|')/y;
const word = /[_a-zA-Z][_a-zA-Z0-9]*/y;
const quotedWord = /`([-_./ a-zA-Z0-9]+)`/y;
const operator = /&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()[\]{}]/y;

/** All tokens, the last one `end`. Throws SyntaxProblem. */
export function tokenize(expression: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(expression);
  };
  for (;;) {
    at += match(space)?.[0].length ?? 0;
    const offset = at;
    if (at >= expression.length) return [...tokens, { kind: 'end', offset, text: '<EOF>' }];
    const quote = match(text);
    if (quote && /^(?:|b|r|br|rb)$/i.test(quote[1] ?? '')) {
      const { token, end } = stringToken(expression, offset, quote);
      tokens.push(token);
      at = end;
      continue;
    }
    const found = match(number);
    if (found) tokens.push(numberToken(found[0], offset));
    const name = found ? null : match(word);
    if (name) tokens.push({ kind: 'identifier', text: name[0], offset });
    const quoted = found || name ? null : match(quotedWord);
    if (quoted) tokens.push({ kind: 'quoted', text: quoted[1] ?? '', offset });
    const sign = found || name || quoted ? null : match(operator);
    if (sign) tokens.push({ kind: 'operator', text: sign[0], offset });
    const taken = found ?? name ?? quoted ?? sign;
    if (!taken) throw new SyntaxProblem(offset, `Syntax error: token recognition error at: '${expression[offset]}'`);
    at += taken[0].length;
  }
}

const mostInt = 2n ** 63n;
const mostUint = 2n ** 64n;

function numberToken(written: string, offset: number): Token {
  const isHex = written.startsWith('0x');
  if (!isHex && /[.eE]/.test(written)) return { kind: 'double', value: Number(written), offset, text: written };
  const isUnsigned = /[uU]$/.test(written);
  const value = BigInt(isUnsigned ? written.slice(0, -1) : written);
  // One more than the greatest int may follow a minus sign; the parser sees to the rest.
  if (isUnsigned ? value >= mostUint : value > mostInt)
    throw new SyntaxProblem(offset, `invalid ${isUnsigned ? 'uint' : 'int'} literal`);
  return { kind: isUnsigned ? 'uint' : 'int', value, offset, text: written };
}

function stringToken(
  expression: string,
  offset: number,
  [head, prefix = '', quote = '"']: RegExpExecArray,
): { readonly token: Token; readonly end: number } {
  const isRaw = /r/i.test(prefix);
  let at = offset + head.length;
  const start = at;
  while (!expression.startsWith(quote, at)) {
    const char = expression[at];
    if (char === undefined || (quote.length === 1 && (char === '\n' || char === '\r')))
      throw new SyntaxProblem(offset, `Syntax error: token recognition error at: '${expression.slice(offset, at)}'`);
    at += char === '\\' && !isRaw ? 2 : 1;
  }
  const end = at + quote.length;
  const body = expression.slice(start, at);
  const written = expression.slice(offset, end);
  if (/b/i.test(prefix))
    return { token: { kind: 'bytes', value: bytesOf(body, isRaw, start), offset, text: written }, end };
  return { token: { kind: 'string', value: isRaw ? body : stringOf(body, start), offset, text: written }, end };
}

const simple: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ '\\': '\\', '?': '?', '"': '"', "'": "'", '`': '`' },
};
const escaped = /\\(?:([abfnrtv\\?"'`])|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|)/g;

function stringOf(body: string, offset: number): string {
  return body.replace(
    escaped,
    (whole, plain?: string, hex?: string, four?: string, eight?: string, octal?: string, ...rest) => {
      if (plain !== undefined) return simple[plain] ?? plain;
      const code = octal === undefined ? Number.parseInt(hex ?? four ?? eight ?? '', 16) : Number.parseInt(octal, 8);
      const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
      if (!isCharacter) throw new SyntaxProblem(offset + Number(rest[0]), `invalid escape sequence '${whole}'`);
      return String.fromCodePoint(code);
    },
  );
}

function bytesOf(body: string, isRaw: boolean, offset: number): Uint8Array {
  if (isRaw) return Buffer.from(body);
  const parts: Uint8Array[] = [];
  let last = 0;
  for (const match of body.matchAll(escaped)) {
    const [whole, plain, hex, four, eight, octal] = match;
    parts.push(Buffer.from(body.slice(last, match.index)));
    last = match.index + whole.length;
    if (plain !== undefined) parts.push(Buffer.from(simple[plain] ?? plain));
    else if (hex !== undefined) parts.push(Uint8Array.of(Number.parseInt(hex, 16)));
    else if (octal !== undefined) parts.push(Uint8Array.of(Number.parseInt(octal, 8)));
    else throw new SyntaxProblem(offset + match.index, `invalid escape sequence '${four ?? eight ?? whole}' in bytes`);
  }
  return Buffer.concat([...parts, Buffer.from(body.slice(last))]);
}
