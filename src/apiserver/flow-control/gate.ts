import type { Clock } from '../../base/clock.ts';
import type { UserInfo } from '../contract.ts';
import { freePermit } from '../http/in-flight.ts';
import type { RequestInfo } from '../http/request-info.ts';
import type { Gate, Permit, RunningRequest } from '../http/running-request.ts';
import type { FlowControl } from './flow-control.ts';
import { flowHash } from './queues/shuffle-shard.ts';
import type { Schema } from './schema.ts';
import { estimateWork, type Work, type WorkFacts } from './work.ts';

/** Upstream: a quarter of what a request may take at all. */
const waitShare = 0.25;

export interface FlowGateOptions {
  readonly control: FlowControl;
  readonly clock: Clock;
  /** How many objects of a resource there are; undefined for what is not stored. */
  readonly objects: (info: RequestInfo) => number | undefined;
}

/** Where priority and fairness meets the requests. Below a level's limit it counts, and makes nothing. */
export class FlowGate implements Gate {
  readonly #options: FlowGateOptions;
  readonly #facts: WorkFacts;
  readonly #narrow = new WeakMap<Schema, Permit>();
  /** Open watches by group and resource. */
  readonly #watches = new Map<string, number>();

  constructor(options: FlowGateOptions) {
    this.#options = options;
    this.#facts = { objects: options.objects, watchers: (info) => this.#watches.get(resourceOf(info)) ?? 0 };
  }

  enter(request: RunningRequest, user: UserInfo): Permit | Promise<Permit> {
    const { parsed, requestClass, type } = request;
    const { info } = parsed;
    const schema = this.#options.control.schemaOf(user, info, requestClass);
    parsed.flow = schema;
    const isWatch = info.verb === 'watch' && info.isResource;
    // Streams to pods last as long as they last: as upstream they are not counted.
    if (type === 'long-running' && !isWatch) return freePermit;
    if (isWatch) this.#countWatches(info, 1);
    const work = requestClass.isResource && info.verb !== 'get' ? this.#work(request, schema) : undefined;
    const width = work?.width ?? 1;
    const nowMs = request.startMs;
    if (!schema.level.tryEnter(nowMs, width)) return this.#wait(request, user, { schema, work });
    begun(schema, width);
    schema.counts.waited.observe(0);
    return work === undefined || (width === 1 && !work.after) ? this.#narrowPermit(schema) : this.#permit(schema, work);
  }

  end({ parsed }: RunningRequest): void {
    if (parsed.flow && parsed.info.verb === 'watch' && parsed.info.isResource) this.#countWatches(parsed.info, -1);
  }

  #work({ parsed }: RunningRequest, schema: Schema): Work {
    const work = estimateWork(parsed.info, parsed.query, schema.level.share.nominal, this.#facts);
    if (work.width > 1) this.#options.control.counts.seats(schema, work.width);
    return work;
  }

  /** One object for all requests of a schema that take one seat. */
  #narrowPermit(schema: Schema): Permit {
    let permit = this.#narrow.get(schema);
    if (!permit) {
      permit = {
        leave(nowMs, enteredMs) {
          schema.level.leave(nowMs, 1);
          ended(schema, 1, (nowMs - enteredMs) / 1000);
        },
      };
      this.#narrow.set(schema, permit);
    }
    return permit;
  }

  #permit(schema: Schema, { width, after }: Work): Permit {
    const { level } = schema;
    return {
      leave: (nowMs, enteredMs) => {
        ended(schema, width, (nowMs - enteredMs) / 1000);
        if (after && !level.isExempt) this.#stay(schema, after);
        level.leave(nowMs, width);
      },
    };
  }

  /** A write that many watch goes on costing when it is answered. */
  #stay({ level }: Schema, { width, ms }: NonNullable<Work['after']>): void {
    const { clock } = this.#options;
    if (!level.tryEnter(clock.monotonic(), width)) return; // somebody waits: he comes first
    clock.after(ms, () => level.leave(clock.monotonic(), width));
  }

  async #wait(
    request: RunningRequest,
    user: UserInfo,
    { schema, work }: { readonly schema: Schema; readonly work: Work | undefined },
  ): Promise<Permit> {
    const { clock } = this.#options;
    const { info } = request.parsed;
    const { level, counts } = schema;
    const width = work?.width ?? 1;
    const distinguisher =
      schema.distinguish === 'ByUser' ? user.name : schema.distinguish === 'ByNamespace' ? info.namespace : '';
    const beganMs = clock.monotonic();
    counts.waiting.add(1);
    try {
      const ticket = await level.wait({
        schema: schema.name,
        distinguisher,
        user: user.name,
        verb: info.verb,
        path: info.path,
        width,
        hash: flowHash(schema.name, distinguisher),
        signal: request.exchange.signal,
        waitMs: Math.max(0, (request.deadlineMs - request.startMs) * waitShare),
      });
      counts.waited.observe((clock.monotonic() - beganMs) / 1000);
      begun(schema, width);
      return {
        leave(nowMs, enteredMs) {
          ended(schema, width, (nowMs - enteredMs) / 1000);
          level.leaveTicket(nowMs, ticket);
        },
      };
    } catch (error) {
      this.#options.control.counts.gaveUp(schema, (clock.monotonic() - beganMs) / 1000);
      throw error;
    } finally {
      counts.waiting.add(-1);
    }
  }

  #countWatches(info: RequestInfo, by: number): void {
    const resource = resourceOf(info);
    const count = (this.#watches.get(resource) ?? 0) + by;
    if (count > 0) this.#watches.set(resource, count);
    else this.#watches.delete(resource);
  }
}

function begun({ counts }: Schema, width: number): void {
  counts.dispatched.add();
  counts.executing.add(1);
  counts.executingSeats.add(width);
}

function ended({ counts }: Schema, width: number, seconds: number): void {
  counts.executing.add(-1);
  counts.executingSeats.add(-width);
  counts.executed.observe(seconds);
}

function resourceOf({ group, resource }: RequestInfo): string {
  return `${group}/${resource}`;
}
