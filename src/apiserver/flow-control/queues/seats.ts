/** What a level's configuration makes of the server's seats. */
export interface SeatShare {
  readonly nominal: number;
  /** Seats it keeps whatever others want. */
  readonly least: number;
  /** Seats it may have when others need none of theirs. */
  readonly most: number;
}

export interface SharedLevel {
  readonly shares: number;
  /** Of the nominal seats, how many others may borrow. */
  readonly lendablePercent: number;
  /** How many it may borrow, of its nominal seats. Undefined: all that there are. */
  readonly borrowingLimitPercent?: number;
}

/** Divides `seats` by shares, as upstream: rounded up, so that every level with a share has a seat. */
export function divideSeats(seats: number, levels: readonly SharedLevel[]): SeatShare[] {
  const total = levels.reduce((sum, { shares }) => sum + shares, 0);
  return levels.map(({ shares, lendablePercent, borrowingLimitPercent }) => {
    const nominal = total === 0 ? 0 : Math.ceil((seats * shares) / total);
    const lendable = Math.round((nominal * lendablePercent) / 100);
    const borrowed = borrowingLimitPercent === undefined ? seats : Math.round((nominal * borrowingLimitPercent) / 100);
    return { nominal, least: nominal - lendable, most: nominal + borrowed };
  });
}

export interface Wish {
  readonly least: number;
  readonly most: number;
  /** What it would like; above 0. */
  readonly target: number;
}

/**
 * Shares `seats` among wishes: each gets the same multiple of its target, within its bounds (upstream's
 * computeConcurrencyAllocation). Not rounded. What does not fit (the sum of the least is more than there is, or of
 * the most is less) gives the bounds themselves.
 */
export function allocate(seats: number, wishes: readonly Wish[]): number[] {
  const at = (multiple: number) =>
    wishes.map(({ least, most, target }) => Math.max(least, Math.min(most, multiple * target)));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  if (sum(at(0)) >= seats) return at(0);
  // The multiple at which all have their most; below it the sum grows with the multiple.
  let high = Math.max(0, ...wishes.map(({ most, target }) => most / target));
  if (sum(at(high)) <= seats) return at(high);
  let low = 0;
  for (let step = 0; step < 100 && high - low > 1e-9 * high; step++) {
    const middle = (low + high) / 2;
    if (sum(at(middle)) < seats) low = middle;
    else high = middle;
  }
  return at(low);
}

/** How many seats a level wanted over a while: told at each change, summed up over time. */
export class SeatDemand {
  #value = 0;
  #toldMs: number;
  #sinceMs: number;
  #integral = 0;
  #squares = 0;
  #high = 0;
  /** Falls slowly and rises at once. */
  #smoothed = 0;

  constructor(nowMs: number) {
    this.#toldMs = nowMs;
    this.#sinceMs = nowMs;
  }

  get smoothed(): number {
    return this.#smoothed;
  }

  set(nowMs: number, value: number): void {
    this.#tell(nowMs);
    this.#value = value;
    if (value > this.#high) this.#high = value;
  }

  /** Ends the while; gives the most that was wanted at once in it. */
  turn(nowMs: number): { readonly high: number; readonly average: number; readonly deviation: number } {
    this.#tell(nowMs);
    const ms = nowMs - this.#sinceMs;
    const average = ms > 0 ? this.#integral / ms : this.#value;
    const deviation = ms > 0 ? Math.sqrt(Math.max(0, this.#squares / ms - average * average)) : 0;
    const high = this.#high;
    const envelope = Math.min(average + deviation, high);
    this.#smoothed = Math.max(envelope, decay * this.#smoothed + (1 - decay) * envelope);
    this.#sinceMs = nowMs;
    this.#integral = 0;
    this.#squares = 0;
    this.#high = this.#value;
    return { high, average, deviation };
  }

  #tell(nowMs: number): void {
    const ms = nowMs - this.#toldMs;
    this.#toldMs = nowMs;
    if (ms <= 0) return;
    this.#integral += this.#value * ms;
    this.#squares += this.#value * this.#value * ms;
  }
}

/** Of one period of 10 s: halves in five minutes, as upstream. */
const decay = 0.977;
