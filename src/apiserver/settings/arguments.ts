/** One `--kube-apiserver-arg` that will not do: the argument as it was given, and why. */
export interface ArgumentProblem {
  readonly argument: string;
  readonly why: string;
}

/**
 * The `--kube-apiserver-arg=NAME=VALUE` of a server, by the names of kube-apiserver's flags. Rooms take theirs by name;
 * what nobody asked for is refused by `finish`, so that the code that reads a flag is also the list of what is known.
 */
export class Arguments {
  readonly #values = new Map<string, string[]>();
  readonly #known = new Set<string>();
  readonly #problems: ArgumentProblem[] = [];

  /** `given`: `name=value` each; leading dashes are taken off. */
  constructor(given: readonly string[]) {
    for (const text of given) {
      const [, name, value] = /^-{0,2}([^=]+)=([\s\S]*)$/.exec(text) ?? [];
      if (name === undefined || value === undefined)
        this.#problems.push({ argument: text, why: 'must be NAME=VALUE, with the name of a flag of kube-apiserver' });
      else this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
    }
  }

  /** Every value that was given, in order. */
  all(name: string): readonly string[] {
    this.#known.add(name);
    return this.#values.get(name) ?? [];
  }

  /** The last value that was given. */
  text(name: string): string | undefined {
    const value = this.all(name).at(-1);
    if (value === '') return this.problem(name, value, 'must not be empty');
    return value;
  }

  /** Values of all occurrences, split at commas. */
  list(name: string): readonly string[] | undefined {
    const values = this.all(name);
    if (values.length === 0) return undefined;
    return values.flatMap((value) => value.split(',')).filter((value) => value !== '');
  }

  /** The last value, parsed; undefined when none was given or when `parse` has no result, which is a problem: `expected`. */
  one<T>(name: string, parse: (text: string) => T | undefined, expected: string): T | undefined {
    const text = this.all(name).at(-1);
    if (text === undefined) return undefined;
    return parse(text) ?? this.problem(name, text, expected);
  }

  switch(name: string): boolean | undefined {
    return this.one(
      name,
      (text) => (text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : undefined),
      'must be true or false',
    );
  }

  wholeNumber(name: string): number | undefined {
    return this.one(name, (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined), 'must be a whole number');
  }

  /** A duration as Go writes it (`2m`, `10s`, `1h30m`), in milliseconds. */
  durationMs(name: string): number | undefined {
    return this.one(name, parseDuration, 'must be a duration such as 10s, 2m or 1h30m');
  }

  problem(name: string, value: string, why: string): undefined {
    this.#problems.push({ argument: `${name}=${value}`, why });
  }

  /** What was wrong, unknown names among it. Ask when every room has taken its own. */
  finish(): readonly ArgumentProblem[] {
    const unknown = [...this.#values]
      .filter(([name]) => !this.#known.has(name))
      .map(([name, values]) => ({
        argument: `${name}=${values.at(-1)}`,
        why: `${name} is not supported by this API server; it knows ${[...this.#known].sort().join(', ')}`,
      }));
    return [...this.#problems, ...unknown];
  }
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go's form of durations, to milliseconds; `0` needs no unit. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    total += Number(number) * (unitMs[unit ?? ''] ?? 0);
  return Math.round(total);
}
