import { SelectorError } from './label-text.ts';

/** One term of a field selector; `==` is read as `=`. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** A compiled field selector. Which fields a kind knows is the caller's to check. */
export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[];
  readonly matchesAll: boolean;
  /** `textOf` gives a field's text, '' where it is not set. */
  matches(textOf: (field: string) => string): boolean;
  /** The value that this field must have, when the selector pins it. */
  exactValue(field: string): string | undefined;
  toString(): string;
}

function fieldSelectorOf(requirements: readonly FieldRequirement[]): FieldSelector {
  return {
    requirements,
    matchesAll: requirements.length === 0,
    matches: (textOf) =>
      requirements.every(({ field, operator, value }) => (textOf(field) === value) === (operator === '=')),
    exactValue: (name) => requirements.find(({ field, operator }) => field === name && operator === '=')?.value,
    toString: () =>
      requirements.map(({ field, operator, value }) => `${field}${operator}${escapeValue(value)}`).join(','),
  };
}

/** Writes a value so that it may stand in a field selector. */
export function escapeValue(value: string): string {
  return value.replace(/[\\,=]/g, (character) => `\\${character}`);
}

/** Reads `a=b,c!=d`, with `\\`, `\,` and `\=` as escapes in values. Throws SelectorError with upstream's message. */
export function parseFieldSelector(text: string): FieldSelector {
  const terms = splitTerms(text).sort();
  return fieldSelectorOf(terms.filter((term) => term !== '').map((term) => parseTerm(term, text)));
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function parseTerm(term: string, selector: string): FieldRequirement {
  for (let at = 0; at < term.length; at++) {
    for (const sign of ['!=', '==', '=']) {
      if (!term.startsWith(sign, at)) continue;
      const value = unescapeValue(term.slice(at + sign.length));
      return { field: term.slice(0, at), operator: sign === '!=' ? '!=' : '=', value };
    }
  }
  throw new SelectorError(`invalid selector: '${selector}'; can't understand '${term}'`);
}

function unescapeValue(text: string): string {
  if (!/[\\,=]/.test(text)) return text;
  let value = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') {
      const escaped = text.charAt(++at);
      if (!escaped || !'\\,='.includes(escaped))
        throw new SelectorError(`invalid field selector: invalid escape sequence: \\${escaped}`);
      value += escaped;
    } else if (character === ',' || character === '=') {
      throw new SelectorError(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`);
    } else value += character;
  }
  return value;
}
