import { labelKeyErrors, type Operator, type Requirement, requirementErrors } from './requirement.ts';

/** A selector's text that cannot be read; the message is upstream's. */
export class SelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SelectorError';
  }
}

interface Token {
  /** A symbol, `id` for an identifier, `end` at the end of the text, `error` for symbols that mean nothing. */
  readonly kind: string;
  readonly text: string;
}

const symbols: ReadonlySet<string> = new Set([')', ',', '!', '==', '=', '>', '(', '<', '!=']);
const symbolCharacters = '=!(),><';
const blanks = ' \t\r\n';

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (blanks.includes(character)) {
      at++;
    } else if (symbolCharacters.includes(character)) {
      const two = text.slice(at, at + 2);
      const symbol = symbols.has(two) ? two : character;
      tokens.push({ kind: symbols.has(symbol) ? symbol : 'error', text: symbol });
      at += symbol.length;
    } else {
      const start = at;
      while (at < text.length && !blanks.includes(text.charAt(at)) && !symbolCharacters.includes(text.charAt(at))) at++;
      tokens.push({ kind: 'id', text: text.slice(start, at) });
    }
  }
  return tokens;
}

const end: Token = { kind: 'end', text: '' };
const operatorOf: ReadonlyMap<string, Operator> = new Map([
  ['=', '='],
  ['==', '=='],
  ['!=', '!='],
  ['>', 'gt'],
  ['<', 'lt'],
  ['in', 'in'],
  ['notin', 'notin'],
] as const);

/** Reads `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1`. Throws SelectorError. */
export function parseRequirements(text: string): Requirement[] {
  const parser = new Parser(tokenize(text));
  return parser.all();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  #look(): Token {
    return this.#tokens[this.#at] ?? end;
  }

  #take(): Token {
    return this.#tokens[this.#at++] ?? end;
  }

  all(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const { kind, text } = this.#look();
      if (kind === 'end') return requirements;
      if (kind !== 'id' && kind !== '!')
        throw new SelectorError(`found '${text}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.#requirement());
      const separator = this.#take();
      if (separator.kind === 'end') return requirements;
      if (separator.kind !== ',')
        throw new SelectorError(`found '${separator.text}', expected: ',' or 'end of string'`);
      const next = this.#look();
      if (next.kind !== 'id' && next.kind !== '!')
        throw new SelectorError(`found '${next.text}', expected: identifier after ','`);
    }
  }

  #requirement(): Requirement {
    const negated = this.#look().kind === '!';
    if (negated) this.#take();
    const key = this.#take();
    if (key.kind !== 'id') throw fault(`found '${key.text}', expected: identifier`);
    const keyErrors = labelKeyErrors(key.text);
    if (keyErrors[0]) throw fault(`${keyErrors[0].field}: ${keyErrors[0].message}`);
    if (negated) return checked({ key: key.text, operator: '!', values: [] });
    const next = this.#look().kind;
    if (next === 'end' || next === ',') return checked({ key: key.text, operator: 'exists', values: [] });
    const operator = this.#operator();
    const values = operator === 'in' || operator === 'notin' ? this.#set() : this.#exact();
    return checked({ key: key.text, operator, values: [...new Set(values)].sort() });
  }

  #operator(): Operator {
    const { text } = this.#take();
    const operator = operatorOf.get(text);
    if (!operator) throw fault(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    return operator;
  }

  #exact(): string[] {
    const { kind } = this.#look();
    if (kind === 'end' || kind === ',') return [''];
    const value = this.#take();
    if (value.kind !== 'id') throw fault(`found '${value.text}', expected: identifier`);
    return [value.text];
  }

  #set(): string[] {
    const open = this.#take();
    if (open.kind !== '(') throw fault(`found '${open.text}' expected: '('`);
    if (this.#look().kind === ')') {
      this.#take();
      return [];
    }
    const values: string[] = [];
    for (;;) {
      const isValue = this.#look().kind === 'id';
      values.push(isValue ? this.#take().text : '');
      const { kind, text } = this.#take();
      if (kind === ')') return values;
      if (kind !== ',')
        throw fault(
          isValue ? `found '${text}', expected: ',' or ')'` : `found '${text}', expected: ',', or identifier`,
        );
    }
  }
}

function fault(message: string): SelectorError {
  return new SelectorError(`unable to parse requirement: ${message}`);
}

function checked(requirement: Requirement): Requirement {
  const errors = requirementErrors(requirement).map(({ field, message }) => `${field}: ${message}`);
  if (errors.length > 0) throw fault(errors.length === 1 ? `${errors[0]}` : `[${errors.join(', ')}]`);
  return requirement;
}
