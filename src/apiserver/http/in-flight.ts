import { ApiError } from '../../api/status.ts';
import type { Gate, Permit, RunningRequest } from './running-request.ts';

export interface InFlightLimits {
  /** get, list. Upstream: 400. */
  readonly reads: number;
  /** Everything that writes. Upstream: 200. */
  readonly writes: number;
}

/** For requests that nobody counts. */
export const freePermit: Permit = { leave: () => undefined };

/** One bound for reads and one for writes: what there is without priority and fairness. Watches and streams are not bounded. */
export class InFlight implements Gate {
  readonly #read: CountedPermit;
  readonly #write: CountedPermit;

  constructor({ reads, writes }: InFlightLimits) {
    this.#read = new CountedPermit(reads);
    this.#write = new CountedPermit(writes);
  }

  enter({ type }: RunningRequest): Permit {
    if (type === 'long-running') return freePermit;
    const permit = type === 'read' ? this.#read : this.#write;
    if (!permit.take())
      throw new ApiError('TooManyRequests', 'too many requests, please try again later', { retryAfterSeconds: 1 });
    return permit;
  }
}

/** One object for all who have a permit. */
class CountedPermit implements Permit {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(): boolean {
    if (this.#taken >= this.#limit) return false;
    this.#taken++;
    return true;
  }

  leave(): void {
    this.#taken--;
  }
}
