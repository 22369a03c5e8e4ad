import { ApiError } from '../../api/status.ts';

export interface InFlightLimits {
  /** get, list. Upstream: 400. */
  readonly reads: number;
  /** Everything that writes. Upstream: 200. */
  readonly writes: number;
}

export const defaultInFlightLimits: InFlightLimits = { reads: 400, writes: 200 };

/** How many requests are worked on. Long-running ones (watches, streams) are counted, not bounded. */
export class InFlight {
  readonly #limits: InFlightLimits;
  #reads = 0;
  #writes = 0;
  #longRunning = 0;

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  /** Throws ApiError `TooManyRequests`. */
  enter(type: RequestType): void {
    if (type === 'long-running') this.#longRunning++;
    else if (type === 'read') {
      if (this.#reads >= this.#limits.reads) throw tooMany();
      this.#reads++;
    } else {
      if (this.#writes >= this.#limits.writes) throw tooMany();
      this.#writes++;
    }
  }

  leave(type: RequestType): void {
    if (type === 'long-running') this.#longRunning--;
    else if (type === 'read') this.#reads--;
    else this.#writes--;
  }

  get reads(): number {
    return this.#reads;
  }

  get writes(): number {
    return this.#writes;
  }

  get longRunning(): number {
    return this.#longRunning;
  }
}

export type RequestType = 'read' | 'write' | 'long-running';

function tooMany(): ApiError {
  return new ApiError('TooManyRequests', 'too many requests, please try again later', { retryAfterSeconds: 1 });
}
