/**
 * What Go's JSON reader, and with it upstream, says of a text that is no JSON; undefined where it is JSON. For texts
 * that JSON.parse has refused: it makes no values. One pass, no recursion.
 */
export function jsonSyntaxError(text: string): string | undefined {
  try {
    new Scanner(text).run();
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxProblem) return error.message;
    throw error;
  }
}

/** What Go's JSON reader calls a value of JSON. */
export function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return value === null ? 'null' : typeof value;
}

class SyntaxProblem extends Error {}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'what follows';

class Scanner {
  readonly #text: string;
  #at = 0;
  /** The containers around, innermost last. */
  readonly #open: ('{' | '[')[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    for (let expected: Expected | undefined = 'value'; expected; ) expected = this.#step(expected, this.#next());
    const rest = this.#skipBlanks();
    if (rest !== undefined) this.#refuse('after top-level value');
  }

  /** The character that comes after blanks; it stays the present one. */
  #next(): string {
    return this.#skipBlanks() ?? this.#end();
  }

  #skipBlanks(): string | undefined {
    while (this.#at < this.#text.length && ' \t\r\n'.includes(this.#text.charAt(this.#at))) this.#at += 1;
    return this.#at < this.#text.length ? this.#text.charAt(this.#at) : undefined;
  }

  #step(expected: Expected, char: string): Expected | undefined {
    switch (expected) {
      case 'value or ]':
        return char === ']' ? this.#close() : this.#value(char);
      case 'value':
        return this.#value(char);
      case 'key or }':
        return char === '}' ? this.#close() : this.#key(char);
      case 'key':
        return this.#key(char);
      case 'what follows':
        return this.#follows(char);
    }
  }

  #value(char: string): Expected | undefined {
    if (char === '{' || char === '[') {
      this.#at += 1;
      this.#open.push(char);
      return char === '{' ? 'key or }' : 'value or ]';
    }
    if (char === '"') this.#string();
    else if (/[-\d]/.test(char)) this.#number();
    else {
      const word = { t: 'true', f: 'false', n: 'null' }[char];
      if (word === undefined) this.#refuse('looking for beginning of value');
      this.#word(word ?? '');
    }
    return this.#ended();
  }

  #key(char: string): Expected {
    if (char !== '"') this.#refuse('looking for beginning of object key string');
    this.#string();
    if (this.#next() !== ':') this.#refuse('after object key');
    this.#at += 1;
    return 'value';
  }

  #follows(char: string): Expected | undefined {
    const inObject = this.#open.at(-1) === '{';
    if (char === ',') {
      this.#at += 1;
      return inObject ? 'key' : 'value';
    }
    if (char === (inObject ? '}' : ']')) return this.#close();
    return this.#refuse(inObject ? 'after object key:value pair' : 'after array element');
  }

  #close(): Expected | undefined {
    this.#at += 1;
    this.#open.pop();
    return this.#ended();
  }

  #ended(): Expected | undefined {
    return this.#open.length === 0 ? undefined : 'what follows';
  }

  #string(): void {
    for (this.#at += 1; ; this.#at += 1) {
      const char = this.#here();
      if (char === '"') break;
      if (char < ' ') this.#refuse('in string literal');
      if (char !== '\\') continue;
      this.#at += 1;
      const escaped = this.#here();
      if (!'bfnrt\\/"u'.includes(escaped)) this.#refuse('in string escape code');
      if (escaped === 'u')
        for (let digit = 0; digit < 4; digit++) {
          this.#at += 1;
          if (!/[\da-fA-F]/.test(this.#here())) this.#refuse('in \\u hexadecimal character escape');
        }
    }
    this.#at += 1;
  }

  #number(): void {
    if (this.#here() === '-') this.#at += 1;
    if (this.#here() === '0') this.#at += 1;
    else this.#digits('in numeric literal');
    if (this.#text.charAt(this.#at) === '.') {
      this.#at += 1;
      this.#digits('after decimal point in numeric literal');
    }
    if (!/[eE]/.test(this.#text.charAt(this.#at))) return;
    this.#at += 1;
    if (/[-+]/.test(this.#here())) this.#at += 1;
    this.#digits('in exponent of numeric literal');
  }

  /** At least one. */
  #digits(context: string): void {
    if (!/\d/.test(this.#here())) this.#refuse(context);
    while (/\d/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #word(word: string): void {
    for (const letter of word) {
      if (this.#here() !== letter) this.#refuse(`in literal ${word} (expecting '${letter}')`);
      this.#at += 1;
    }
  }

  #here(): string {
    return this.#text.charAt(this.#at) || this.#end();
  }

  #end(): never {
    throw new SyntaxProblem('unexpected end of JSON input');
  }

  #refuse(context: string): never {
    const char = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    const shown = char === "'" ? "\\'" : char === '"' ? '"' : JSON.stringify(char).slice(1, -1);
    throw new SyntaxProblem(`invalid character '${shown}' ${context}`);
  }
}
