/** How requests wait: how many queues, how many of them one flow is dealt, how many requests one queue holds. */
export interface QueueShape {
  readonly queues: number;
  readonly handSize: number;
  readonly lengthLimit: number;
}

/** A request that waits, or runs after it has waited. */
export interface Ticket<Request> {
  readonly request: Request;
  /** How many seats it takes. */
  readonly width: number;
  /** Of its flow. */
  readonly hash: number;
  readonly arrivedMs: number;
  queue: Queue<Request>;
  startedMs: number;
}

interface Queue<Request> {
  readonly waiting: Ticket<Request>[];
  waitingSeats: number;
  runningSeats: number;
  /** Requests that run. */
  running: number;
  /** In the round robin's time: when what stands first here would have begun, had all queues been served bit by bit. */
  nextDispatch: number;
}

/** What a request is taken to need before anybody knows, as upstream. */
const guessedServiceMs = 3;

/**
 * Fair queuing for requests (KEP-1040), as a state machine without timers: time is given. Seats are what requests
 * take while they run. As long as there is a free seat and nobody waits, `tryStart` is a comparison and an addition;
 * only when seats are short do requests go into queues, and the queue that has had least is served next.
 *
 * What began without waiting is not on the account of any queue: fairness begins with the shortage.
 */
export class FairQueues<Request> {
  readonly #deal: (hash: number, shape: QueueShape) => readonly number[];
  #shape: QueueShape;
  #queues: Queue<Request>[];
  #limit: number;
  #seatsInUse = 0;
  #waiting = 0;
  /** Where the search for the next queue begins, so that equals take turns. */
  #turn = 0;
  /** The round robin's time, and when it was told last. */
  #virtual = 0;
  #toldMs = 0;

  constructor(shape: QueueShape, limit: number, deal: (hash: number, shape: QueueShape) => readonly number[]) {
    this.#shape = shape;
    this.#limit = limit;
    this.#deal = deal;
    this.#queues = emptyQueues(shape.queues);
  }

  get seatsInUse(): number {
    return this.#seatsInUse;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get limit(): number {
    return this.#limit;
  }

  get shape(): QueueShape {
    return this.#shape;
  }

  get waitingSeats(): number {
    return this.#queues.reduce((sum, queue) => sum + queue.waitingSeats, 0);
  }

  /** For people who look; not for the way of a request. */
  *queues(): Iterable<{
    readonly index: number;
    readonly waiting: readonly Ticket<Request>[];
    readonly waitingSeats: number;
    readonly runningSeats: number;
    readonly running: number;
    readonly nextDispatch: number;
  }> {
    for (const [index, queue] of this.#queues.entries()) yield { index, ...queue };
  }

  setLimit(nowMs: number, limit: number): void {
    this.#tell(nowMs);
    this.#limit = limit;
  }

  /** Deals everything that waits anew, in order of arrival; what waits stays even where a queue is now too long. */
  reshape(nowMs: number, shape: QueueShape): void {
    this.#tell(nowMs);
    const tickets = this.#queues.flatMap(({ waiting }) => waiting).sort((a, b) => a.arrivedMs - b.arrivedMs);
    this.#shape = shape;
    this.#queues = emptyQueues(shape.queues);
    this.#waiting = 0;
    for (const ticket of tickets) this.#append(this.#leastLoaded(ticket.hash), ticket);
  }

  /** Takes seats at once when there are any and nobody waits. A request wider than all seats runs alone. */
  tryStart(width: number): boolean {
    if (this.#waiting > 0 || !this.#fits(width)) return false;
    this.#seatsInUse += width;
    return true;
  }

  /** Seats of a request that `tryStart` let in. */
  finishStarted(width: number): void {
    this.#seatsInUse -= width;
  }

  /** Takes seats whether there are any or not. */
  force(width: number): void {
    this.#seatsInUse += width;
  }

  /** Puts a request into the shortest queue of its flow's hand; undefined when that one is full. */
  enqueue(nowMs: number, request: Request, { width, hash }: { readonly width: number; readonly hash: number }) {
    this.#tell(nowMs);
    const queue = this.#leastLoaded(hash);
    if (queue.waiting.length >= this.#shape.lengthLimit) return undefined;
    const ticket: Ticket<Request> = { request, width, hash, arrivedMs: nowMs, queue, startedMs: 0 };
    this.#append(queue, ticket);
    return ticket;
  }

  /** Takes out a request that gave up waiting. False: it does not wait any more. */
  remove(nowMs: number, ticket: Ticket<Request>): boolean {
    const { waiting } = ticket.queue;
    const at = waiting.indexOf(ticket);
    if (at < 0) return false;
    this.#tell(nowMs);
    waiting.splice(at, 1);
    ticket.queue.waitingSeats -= ticket.width;
    this.#waiting--;
    return true;
  }

  /** The request that runs next, its seats taken; undefined when nobody waits or its seats are not free. */
  next(nowMs: number): Ticket<Request> | undefined {
    if (this.#waiting === 0) return undefined;
    this.#tell(nowMs);
    const at = this.#best();
    const queue = this.#queues[at];
    const ticket = queue?.waiting[0];
    // What is too wide for now is waited for: narrow ones must not pass it for ever.
    if (!queue || !ticket || !this.#fits(ticket.width)) return undefined;
    this.#turn = at + 1;
    queue.waiting.shift();
    queue.waitingSeats -= ticket.width;
    queue.runningSeats += ticket.width;
    queue.running++;
    queue.nextDispatch += guessedServiceMs * ticket.width;
    this.#waiting--;
    this.#seatsInUse += ticket.width;
    ticket.startedMs = nowMs;
    return ticket;
  }

  /** A request that `next` gave has ended: its seats are free, and its queue's account is set right. */
  finish(nowMs: number, ticket: Ticket<Request>): void {
    this.#tell(nowMs);
    const { queue, width } = ticket;
    this.#seatsInUse -= width;
    queue.runningSeats -= width;
    queue.running--;
    queue.nextDispatch -= (guessedServiceMs - (nowMs - ticket.startedMs)) * width;
  }

  #fits(width: number): boolean {
    return this.#seatsInUse + width <= this.#limit || (this.#seatsInUse === 0 && this.#limit > 0);
  }

  #append(queue: Queue<Request>, ticket: Ticket<Request>): void {
    // One that had nothing to do starts level with the others: time that it did not use is not owed to it.
    if (queue.waiting.length === 0 && queue.running === 0) queue.nextDispatch = this.#virtual;
    ticket.queue = queue;
    queue.waiting.push(ticket);
    queue.waitingSeats += ticket.width;
    this.#waiting++;
  }

  #leastLoaded(hash: number): Queue<Request> {
    let best: Queue<Request> | undefined;
    for (const index of this.#deal(hash, this.#shape)) {
      const queue = this.#queues[index];
      if (queue && (!best || load(queue) < load(best))) best = queue;
    }
    if (!best) throw new Error(`a hand of no queues: ${JSON.stringify(this.#shape)}`);
    return best;
  }

  /** The queue whose first request would have ended first. */
  #best(): number {
    const count = this.#queues.length;
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let step = 0; step < count; step++) {
      const at = (this.#turn + step) % count;
      const queue = this.#queues[at];
      const first = queue?.waiting[0];
      if (!queue || !first) continue;
      const end = queue.nextDispatch + guessedServiceMs * first.width;
      if (end < least) [best, least] = [at, end];
    }
    return best;
  }

  /**
   * Moves the round robin's time: by the seats that requests from the queues hold, shared by the queues that want some.
   * Seats of requests that never waited are on nobody's account, so that time stands while only they run: else those
   * who wait already would be owed it, and pass whoever comes later.
   */
  #tell(nowMs: number): void {
    const passedMs = nowMs - this.#toldMs;
    this.#toldMs = nowMs;
    if (passedMs <= 0) return;
    let active = 0;
    let seats = 0;
    for (const { waiting, running, runningSeats } of this.#queues) {
      if (waiting.length === 0 && running === 0) continue;
      active++;
      seats += runningSeats;
    }
    if (active > 0) this.#virtual += (passedMs * seats) / active;
  }
}

function load({ waitingSeats, runningSeats }: { readonly waitingSeats: number; readonly runningSeats: number }) {
  return waitingSeats + runningSeats;
}

function emptyQueues<Request>(count: number): Queue<Request>[] {
  return Array.from({ length: count }, () => ({
    waiting: [],
    waitingSeats: 0,
    runningSeats: 0,
    running: 0,
    nextDispatch: 0,
  }));
}
