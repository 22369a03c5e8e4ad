import type { PriorityLevelConfiguration } from '../../api/schema/generated/types/flowcontrol-v1.ts';
import { ApiError } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import { FairQueues, type QueueShape, type Ticket } from './queues/fair-queues.ts';
import { SeatDemand, type SeatShare } from './queues/seats.ts';
import { dealHand } from './queues/shuffle-shard.ts';

/** Why a request was not let in; upstream's words, a label of its metric. */
export type Rejection = 'queue-full' | 'concurrency-limit' | 'time-out' | 'cancelled';

/** Who waits, for people who look. */
export interface Waiting {
  /** Name of its FlowSchema. */
  readonly schema: string;
  readonly distinguisher: string;
  readonly user: string;
  readonly verb: string;
  readonly path: string;
  start(): void;
}

export interface WaitOptions extends Omit<Waiting, 'start'> {
  readonly width: number;
  readonly hash: number;
  readonly signal: AbortSignal;
  /** At most this long. */
  readonly waitMs: number;
}

/** A level that does not queue: nobody is ever put into this. */
const noQueues: QueueShape = { queues: 0, handSize: 0, lengthLimit: 0 };

/** A priority level: its seats, and who waits for one. */
export class PriorityLevel {
  readonly name: string;
  readonly demand: SeatDemand;
  readonly #clock: Clock;
  readonly #fair: FairQueues<Waiting>;
  readonly #retry: RetryAfter;
  readonly #onRejected: (schema: string, reason: Rejection) => void;
  #configuration: PriorityLevelConfiguration;
  share: SeatShare = { nominal: 0, least: 0, most: 0 };
  /** What the last adjustment was for. */
  target = 0;
  isExempt = false;

  constructor(
    configuration: PriorityLevelConfiguration,
    { clock, onRejected }: { readonly clock: Clock; readonly onRejected: (schema: string, reason: Rejection) => void },
  ) {
    this.name = configuration.metadata.name ?? '';
    this.#configuration = configuration;
    this.#clock = clock;
    this.#onRejected = onRejected;
    this.#retry = new RetryAfter(clock);
    this.demand = new SeatDemand(clock.monotonic());
    this.#fair = new FairQueues(shapeOf(configuration), 0, (hash, { queues, handSize }) =>
      dealHand(hash, queues, handSize),
    );
    this.isExempt = configuration.spec?.type === 'Exempt';
  }

  get configuration(): PriorityLevelConfiguration {
    return this.#configuration;
  }

  get uid(): string {
    return this.#configuration.metadata.uid ?? '';
  }

  get seatsInUse(): number {
    return this.#fair.seatsInUse;
  }

  get limit(): number {
    return this.#fair.limit;
  }

  get queues(): FairQueues<Waiting> {
    return this.#fair;
  }

  configure(configuration: PriorityLevelConfiguration): void {
    this.#configuration = configuration;
    this.isExempt = configuration.spec?.type === 'Exempt';
    const shape = shapeOf(configuration);
    const { queues, handSize, lengthLimit } = this.#fair.shape;
    if (shape.queues === queues && shape.handSize === handSize && shape.lengthLimit === lengthLimit) return;
    // Who waits already goes on waiting, also where there is no queue any more.
    const waits = this.#fair.waiting > 0 && shape.queues === 0;
    this.#fair.reshape(this.#clock.monotonic(), waits ? { queues: 1, handSize: 1, lengthLimit: 0 } : shape);
  }

  setLimit(limit: number): void {
    this.#fair.setLimit(this.#clock.monotonic(), limit);
    this.#startWaiting();
  }

  /** Takes seats when that can be done at once. */
  tryEnter(nowMs: number, width: number): boolean {
    // Nothing is lent to or by what is exempt: what it wants need not be known.
    if (this.isExempt) {
      this.#fair.force(width);
      return true;
    }
    if (!this.#fair.tryStart(width)) return false;
    this.demand.set(nowMs, this.#fair.seatsInUse);
    return true;
  }

  /** Gives back the seats of `tryEnter`. */
  leave(nowMs: number, width: number): void {
    this.#fair.finishStarted(width);
    if (!this.isExempt) this.#after(nowMs);
  }

  /** Waits for seats. Rejects with ApiError `TooManyRequests`, or with the signal's reason. */
  wait(options: WaitOptions): Promise<Ticket<Waiting>> {
    const nowMs = this.#clock.monotonic();
    const { width, hash, signal, schema } = options;
    if (this.#fair.shape.lengthLimit === 0) return Promise.reject(this.#refuse(schema, 'concurrency-limit'));
    return new Promise((resolve, reject) => {
      const end = () => {
        timer.cancel();
        signal.removeEventListener('abort', onAbort);
      };
      const start = () => {
        end();
        resolve(ticket as Ticket<Waiting>);
      };
      const giveUp = (reason: Rejection, error: () => unknown) => {
        end();
        if (!ticket || !this.#fair.remove(this.#clock.monotonic(), ticket)) return;
        this.#demand(this.#clock.monotonic());
        const refusal = this.#refuse(schema, reason);
        reject(reason === 'cancelled' ? error() : refusal);
        this.#startWaiting();
      };
      const onAbort = () => giveUp('cancelled', () => signal.reason);
      const { distinguisher, user, verb, path } = options;
      const waiting: Waiting = { schema, distinguisher, user, verb, path, start };
      const ticket = this.#fair.enqueue(nowMs, waiting, { width, hash });
      if (!ticket) {
        reject(this.#refuse(schema, 'queue-full'));
        return;
      }
      const timer = this.#clock.after(options.waitMs, () => giveUp('time-out', () => undefined));
      signal.addEventListener('abort', onAbort, { once: true });
      this.#demand(nowMs);
      if (signal.aborted) onAbort();
      // Seats may be free, and only somebody else's wish too wide for them.
      else this.#startWaiting();
    });
  }

  /** Gives back the seats of `wait`. */
  leaveTicket(nowMs: number, ticket: Ticket<Waiting>): void {
    this.#fair.finish(nowMs, ticket);
    this.#after(nowMs);
  }

  #after(nowMs: number): void {
    if (this.#fair.waiting > 0) this.#startWaiting();
    this.#demand(nowMs);
  }

  #startWaiting(): void {
    const nowMs = this.#clock.monotonic();
    for (let ticket = this.#fair.next(nowMs); ticket; ticket = this.#fair.next(nowMs)) ticket.request.start();
  }

  #demand(nowMs: number): void {
    const { seatsInUse, waiting } = this.#fair;
    this.demand.set(nowMs, waiting === 0 ? seatsInUse : seatsInUse + this.#fair.waitingSeats);
  }

  #refuse(schema: string, reason: Rejection): ApiError {
    this.#onRejected(schema, reason);
    const retryAfterSeconds = this.#retry.dropped();
    return new ApiError('TooManyRequests', 'too many requests, please try again later', { retryAfterSeconds });
  }
}

function shapeOf({ spec }: PriorityLevelConfiguration): QueueShape {
  const response = spec?.limited?.limitResponse;
  if (spec?.type !== 'Limited' || response?.type !== 'Queue') return noQueues;
  const { queues = 64, handSize = 8, queueLengthLimit = 50 } = response.queuing ?? {};
  return { queues, handSize, lengthLimit: queueLengthLimit };
}

const longestRetryAfterSeconds = 32;

/** How long refused clients are told to stay away: twice as long while many are refused, down to a second after that. */
class RetryAfter {
  readonly #clock: Clock;
  #seconds = 1;
  #dropped = 0;
  #sinceMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  dropped(): number {
    const nowMs = this.#clock.monotonic();
    const passedSeconds = (nowMs - this.#sinceMs) / 1000;
    if (passedSeconds >= 1) {
      // Upstream's rule: more than three refusals a second for each second of waiting mean that it is too short.
      if (passedSeconds < 2 && this.#dropped >= 3 * this.#seconds)
        this.#seconds = Math.min(longestRetryAfterSeconds, this.#seconds * 2);
      else if (this.#dropped < this.#seconds || passedSeconds >= 2)
        this.#seconds = Math.max(1, Math.floor(this.#seconds / 2 ** Math.floor(passedSeconds)));
      this.#dropped = 0;
      this.#sinceMs = nowMs;
    }
    this.#dropped++;
    return this.#seconds;
  }
}
