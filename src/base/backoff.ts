export interface BackoffOptions {
  /** Wait after the first failure. Default: 5. */
  readonly firstMs?: number;
  /** No wait is longer. Default: 60,000: trying again costs little inside one process, and a healed cause should show soon. */
  readonly maxMs?: number;
  /** Default: 2. */
  readonly factor?: number;
}

/** The wait after the n-th failure in a row (n from 1): `firstMs`, then `factor` times more each, up to `maxMs`. */
export function backoffMs(failures: number, options: BackoffOptions = {}): number {
  const { firstMs = 5, maxMs = 60_000, factor = 2 } = options;
  return Math.min(maxMs, firstMs * factor ** Math.max(0, failures - 1));
}

/** Counts failures in a row for each key; a key without failures costs nothing. */
export class BackoffByKey<Key> {
  readonly #failures = new Map<Key, number>();
  readonly #options: BackoffOptions;

  constructor(options: BackoffOptions = {}) {
    this.#options = options;
  }

  /** Notes a failure; returns how long to wait before the next try. */
  fail(key: Key): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    return backoffMs(failures, this.#options);
  }

  forget(key: Key): void {
    this.#failures.delete(key);
  }

  failures(key: Key): number {
    return this.#failures.get(key) ?? 0;
  }
}
