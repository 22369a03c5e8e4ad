import { flowSchema } from '../../api/flowcontrol/flow-schema.ts';
import { priorityLevelConfiguration } from '../../api/flowcontrol/priority-level-configuration.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../../api/schema/generated/types/flowcontrol-v1.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { View } from '../../client/client.ts';
import type { UserInfo } from '../contract.ts';
import type { RequestClass } from '../http/request-class.ts';
import type { RequestInfo } from '../http/request-info.ts';
import { mandatory } from './config/bootstrap.ts';
import { namesNamespaces, schemaMatches } from './config/match.ts';
import { PriorityLevel } from './level.ts';
import { FlowMetrics } from './metrics.ts';
import { allocate, divideSeats, type SharedLevel } from './queues/seats.ts';
import type { Schema } from './schema.ts';

export interface FlowControlOptions {
  readonly schemas: View<FlowSchema>;
  readonly levels: View<PriorityLevelConfiguration>;
  /** What all levels share. */
  readonly seats: number;
  readonly clock: Clock;
  readonly metrics: MetricRegistry;
}

/** How often seats are lent anew; upstream's period. */
const lendEveryMs = 10_000;

/**
 * API priority and fairness: which requests are worked on, and which wait. Follows the FlowSchemas and levels of the
 * cluster; which schema a user's requests of one class have is remembered until one of them changes.
 */
export class FlowControl {
  readonly #options: FlowControlOptions;
  readonly #levels = new Map<string, PriorityLevel>();
  readonly counts: FlowMetrics;
  /** Those whose level exists, in the order in which they are tried. */
  #schemas: readonly Schema[] = [];
  #namesNamespaces = false;
  #known = new WeakMap<UserInfo, Map<RequestClass, Schema>>();
  #unfollow: readonly (() => void)[] = [];
  #timer: Timer | undefined;
  #isPlanned = false;

  constructor(options: FlowControlOptions) {
    this.#options = options;
    this.counts = new FlowMetrics(options.metrics, () => this.#levels.values());
    this.#read();
  }

  get levels(): Iterable<PriorityLevel> {
    return this.#levels.values();
  }

  get schemas(): readonly Schema[] {
    return this.#schemas;
  }

  /** Follows the objects and lends seats until `stop`. */
  start(): void {
    const { schemas, levels } = this.#options;
    const changed = () => this.#readSoon();
    this.#unfollow = [schemas.onChange(changed), levels.onChange(changed)];
    this.#read();
    this.#lendLater();
  }

  stop(): void {
    this.#timer?.cancel();
    for (const unfollow of this.#unfollow) unfollow();
  }

  /** The schema that a request has; every request has one. */
  schemaOf(user: UserInfo, info: RequestInfo, requestClass: RequestClass): Schema {
    if (this.#namesNamespaces || !requestClass.isExact) return this.#match(user, info);
    let known = this.#known.get(user);
    if (!known) {
      known = new Map();
      this.#known.set(user, known);
    }
    const remembered = known.get(requestClass);
    if (remembered) return remembered;
    const schema = this.#match(user, info);
    known.set(requestClass, schema);
    return schema;
  }

  #match(user: UserInfo, info: RequestInfo): Schema {
    const found = this.#schemas.find(({ object }) => schemaMatches(object, user, info)) ?? this.#schemas.at(-1);
    if (!found) throw new Error('there is no FlowSchema at all'); // the mandatory ones always are
    return found;
  }

  /** Once for what changes together. */
  #readSoon(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      this.#read();
    });
  }

  #read(): void {
    this.#readLevels();
    const { schemas } = this.#options;
    const previous = new Map(this.#schemas.map((schema) => [schema.name, schema]));
    this.#schemas = withMandatory(schemas, mandatory.schemas, flowSchema)
      .sort(byPrecedence)
      .flatMap((object) => {
        const level = this.#levels.get(object.spec?.priorityLevelConfiguration.name ?? '');
        // As upstream: a schema whose level does not exist is passed over.
        if (!level) return [];
        const before = previous.get(object.metadata.name ?? '');
        return before?.object === object && before.level === level ? [before] : [this.#schema(object, level)];
      });
    this.#namesNamespaces = this.#schemas.some(({ object }) => namesNamespaces(object));
    this.#known = new WeakMap();
  }

  #schema(object: FlowSchema, level: PriorityLevel): Schema {
    const { name = '', uid = '' } = object.metadata;
    const type = object.spec?.distinguisherMethod?.type;
    const distinguish = type === 'ByUser' || type === 'ByNamespace' ? type : '';
    return { name, uid, object, level, distinguish, counts: this.counts.of(name, level.name) };
  }

  #readLevels(): void {
    const { levels, clock, seats } = this.#options;
    const wanted = withMandatory(levels, mandatory.levels, priorityLevelConfiguration);
    const names = new Set(wanted.map(({ metadata }) => metadata.name ?? ''));
    // Who is in a level that goes ends in it.
    for (const name of [...this.#levels.keys()]) if (!names.has(name)) this.#levels.delete(name);
    for (const object of wanted) {
      const name = object.metadata.name ?? '';
      const present = this.#levels.get(name);
      if (present) present.configure(object);
      else
        this.#levels.set(
          name,
          new PriorityLevel(object, {
            clock,
            onRejected: (schema, reason) => this.counts.rejected(name, schema, reason),
          }),
        );
    }
    const all = [...this.#levels.values()];
    const shares = divideSeats(seats, all.map(sharesOf));
    for (const [index, level] of all.entries()) {
      const share = shares[index];
      if (!share) continue;
      const { nominal, least, most } = level.share;
      if (share.nominal === nominal && share.least === least && share.most === most) continue;
      level.share = share;
      level.target = share.nominal;
      level.setLimit(share.nominal);
    }
  }

  #lendLater(): void {
    this.#timer = this.#options.clock.after(lendEveryMs, () => {
      this.lend();
      this.#lendLater();
    });
  }

  /** Gives each level seats by what it wanted of late, within its bounds. */
  lend(): void {
    const nowMs = this.#options.clock.monotonic();
    const limited = [...this.#levels.values()].filter(({ isExempt }) => !isExempt);
    const wishes = limited.map((level) => {
      const { high } = level.demand.turn(nowMs);
      const { nominal, least, most } = level.share;
      // What it used at its busiest it keeps, up to what is its own.
      const kept = Math.max(least, Math.min(nominal, high));
      const target = Math.max(kept, level.demand.smoothed, 0.001);
      level.target = target;
      return { least: kept, most: Math.max(kept, most), target };
    });
    const given = allocate(this.#options.seats, wishes);
    for (const [index, level] of limited.entries()) {
      const limit = Math.round(given[index] ?? level.share.nominal);
      if (limit !== level.limit) level.setLimit(limit);
    }
  }
}

function sharesOf({ configuration }: PriorityLevel): SharedLevel {
  const { limited, exempt } = configuration.spec ?? {};
  const borrowingLimitPercent = limited?.borrowingLimitPercent;
  return {
    shares: (limited ?? exempt)?.nominalConcurrencyShares ?? (limited ? 30 : 0),
    lendablePercent: (limited ?? exempt)?.lendablePercent ?? 0,
    ...(borrowingLimitPercent !== undefined && { borrowingLimitPercent }),
  };
}

function byPrecedence(a: FlowSchema, b: FlowSchema): number {
  const order = (a.spec?.matchingPrecedence ?? 0) - (b.spec?.matchingPrecedence ?? 0);
  return order || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);
}

/** What there is, and of the mandatory ones what is missing: there is never a time without them. */
function withMandatory<T extends FlowSchema | PriorityLevelConfiguration>(
  view: View<T>,
  wanted: readonly Omit<T, 'apiVersion' | 'kind'>[],
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
): T[] {
  const missing = wanted.filter(({ metadata }) => !view.get(metadata.name ?? ''));
  return [...view.list(), ...missing.map((object) => ({ apiVersion, kind, ...object }) as unknown as T)];
}
