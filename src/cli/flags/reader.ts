import { type Flag, type Settings, UsageError } from './flag.ts';

/**
 * Takes settings by name and gathers what is wrong with them, so that the user learns of everything at once. After the
 * last value, `finish` throws if there was a problem.
 */
export class SettingsReader {
  readonly #settings: Settings;
  readonly #flags: ReadonlyMap<string, Flag>;
  readonly #problems: string[] = [];

  constructor(flags: readonly Flag[], settings: Settings) {
    this.#flags = new Map(flags.map((flag) => [flag.name, flag]));
    this.#settings = settings;
  }

  /** What was given, else the default, else nothing. */
  values(name: string): readonly string[] {
    const given = this.#settings.get(name);
    if (given) return given.values;
    const standard = this.#flags.get(name)?.default;
    return standard === undefined ? [] : [standard];
  }

  given(name: string): boolean {
    return this.#settings.has(name);
  }

  /** Notes that a value will not do: `<where it was given>: <value>: <why>`. */
  problem(name: string, value: string, why: string): undefined {
    const shown = this.#flags.get(name)?.secret ? '' : `${value === '' ? '""' : value}: `;
    this.#problems.push(`${this.#settings.get(name)?.source ?? `--${name}`}: ${shown}${why}`);
  }

  /** The parsed value; undefined when none was given, or when `parse` has no result, which is a problem: `expected`. */
  one<T>(name: string, parse: (text: string) => T | undefined, expected: string): T | undefined {
    return this.each(name, parse, expected).at(-1);
  }

  /** The same for each value of a list. */
  each<T>(name: string, parse: (text: string) => T | undefined, expected: string): T[] {
    const results: T[] = [];
    for (const text of this.values(name)) {
      const result = parse(text);
      if (result === undefined) this.problem(name, text, expected);
      else results.push(result);
    }
    return results;
  }

  switch(name: string): boolean {
    return this.one(name, parseSwitch, 'must be true or false') ?? false;
  }

  text(name: string): string | undefined {
    return this.one(name, (text) => (text === '' ? undefined : text), 'must not be empty');
  }

  finish(): void {
    if (this.#problems.length > 0) throw new UsageError(this.#problems);
  }
}

function parseSwitch(text: string): boolean | undefined {
  return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : undefined;
}
