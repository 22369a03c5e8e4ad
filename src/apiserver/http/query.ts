/** The query of a request, decoded once. Names are case-sensitive, as in the Kubernetes API. */
export class Query {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** The first value, '' included; undefined when the name is absent. */
  get(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  get size(): number {
    return this.#values.size;
  }
}

const empty = new Query(new Map());

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (error) {
    // Not UTF-8 or a lone `%`: taken literally; whoever reads the value refuses it by name.
    if (error instanceof URIError) return spaced;
    throw error;
  }
}

/** Parses `a=1&b=2`. Never throws. */
export function parseQuery(text: string): Query {
  if (text === '') return empty;
  const values = new Map<string, string[]>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    const value = equals < 0 ? '' : decode(part.slice(equals + 1));
    const present = values.get(name);
    if (present) present.push(value);
    else values.set(name, [value]);
  }
  return new Query(values);
}
