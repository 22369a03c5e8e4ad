import { yaml } from '../../base/yaml.ts';

/**
 * One object of a configuration file, of which fields are taken by name: what is wrong is gathered with its path, and
 * `finish` refuses fields that nobody took.
 */
export class Fields {
  readonly path: string;
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #problems: string[];
  readonly #taken = new Set<string>();

  constructor(value: Readonly<Record<string, unknown>>, path: string, problems: string[]) {
    this.#value = value;
    this.path = path;
    this.#problems = problems;
  }

  #take(name: string): unknown {
    this.#taken.add(name);
    return this.#value[name] ?? undefined;
  }

  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  has(name: string): boolean {
    return (this.#value[name] ?? undefined) !== undefined;
  }

  problem(name: string, why: string): undefined {
    this.#problems.push(`${this.pathOf(name)}: ${why}`);
  }

  /** A text; '' is the same as none. */
  text(name: string): string | undefined {
    const value = this.#take(name);
    if (value === undefined || value === '') return undefined;
    return typeof value === 'string' ? value : this.problem(name, `must be a text, not ${JSON.stringify(value)}`);
  }

  required(name: string): string {
    const before = this.#problems.length;
    const value = this.text(name);
    if (value === undefined && this.#problems.length === before) this.problem(name, 'Required value');
    return value ?? '';
  }

  /** One of `allowed`; Required unless there is a default. */
  oneOf<T extends string>(name: string, allowed: readonly T[], standard?: T): T | undefined {
    const value = this.text(name) ?? standard;
    if (value === undefined) return this.problem(name, `Required value: one of ${allowed.join(', ')}`);
    const found = allowed.find((known) => known === value);
    return found ?? this.problem(name, `${JSON.stringify(value)} must be one of ${allowed.join(', ')}`);
  }

  flag(name: string): boolean | undefined {
    const value = this.#take(name);
    if (value === undefined || typeof value === 'boolean') return value;
    return this.problem(name, `must be true or false, not ${JSON.stringify(value)}`);
  }

  texts(name: string): readonly string[] {
    const value = this.#take(name);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    this.problem(name, 'must be a list of texts');
    return [];
  }

  object(name: string): Fields | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (isObject(value)) return new Fields(value, this.pathOf(name), this.#problems);
    return this.problem(name, 'must be an object');
  }

  objects(name: string): readonly Fields[] {
    const value = this.#take(name);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every(isObject))
      return value.map((item, at) => new Fields(item, `${this.pathOf(name)}[${at}]`, this.#problems));
    this.problem(name, 'must be a list of objects');
    return [];
  }

  /** Refuses what nobody took. */
  finish(): void {
    for (const name of Object.keys(this.#value))
      if (!this.#taken.has(name))
        this.problem(name, `unknown field, or not supported; there are ${[...this.#taken].join(', ')}`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a configuration object from YAML or JSON. Throws Error with everything that is wrong with it. */
export function readDocument<T>(
  text: string,
  { apiVersions, kind }: { readonly apiVersions: readonly string[]; readonly kind: string },
  read: (fields: Fields) => T,
): T {
  const document = yaml().parseDocument(text, { uniqueKeys: true });
  const [error] = document.errors;
  if (error) throw new Error(error.message);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (!isObject(value)) throw new Error('must be an object');
  const problems: string[] = [];
  const fields = new Fields(value, '', problems);
  fields.oneOf('apiVersion', apiVersions);
  fields.oneOf('kind', [kind]);
  const result = read(fields);
  fields.finish();
  if (problems.length > 0) throw new Error(problems.join('; '));
  return result;
}
