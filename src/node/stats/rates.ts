interface Sample {
  readonly atNanoseconds: number;
  readonly usedNanoseconds: number;
  /** Nanoseconds of CPU a second. */
  readonly rate: number | undefined;
}

/** CPU use a second, from two readings of a counter that only grows. What was not read in a round is forgotten. */
export class CpuRates {
  #last: ReadonlyMap<string, Sample> = new Map();
  #now = new Map<string, Sample>();

  beginRound(): void {
    this.#last = this.#now;
    this.#now = new Map();
  }

  /** Undefined at a counter's first reading. */
  rate(key: string, atNanoseconds: number, usedNanoseconds: number): number | undefined {
    const before = this.#last.get(key);
    const elapsed = before ? atNanoseconds - before.atNanoseconds : 0;
    const fresh = before !== undefined && elapsed > 0 && usedNanoseconds >= before.usedNanoseconds;
    const rate = fresh ? Math.round(((usedNanoseconds - before.usedNanoseconds) / elapsed) * 1e9) : before?.rate;
    this.#now.set(key, { atNanoseconds, usedNanoseconds, rate });
    return rate;
  }
}
