import { event as eventKind } from '../api/core/event.ts';
import { formatTime, type KubeObject } from '../api/object.ts';
import type { Event } from '../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../api/status.ts';
import type { Clock } from '../base/clock.ts';
import { toError } from '../base/errors.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import type { Client, NewObject } from './client.ts';
import { type Correlated, EventCorrelator, type Occurrence } from './event-correlator.ts';
import type { EventRecorder } from './events.ts';

export interface EventRecorderOptions {
  readonly client: Client;
  /** `source.component`: who reports, for example `default-scheduler`. */
  readonly component: string;
  /** `source.host`: the node that reports, if any. */
  readonly host?: string;
  readonly clock: Clock;
  readonly log?: Logger;
  /** Events that wait to be published; further ones are dropped. Default: 1,000. */
  readonly maxQueued?: number;
}

export interface ClosableEventRecorder extends EventRecorder {
  /** Resolves when everything recorded so far is published or dropped. */
  flushed(): Promise<void>;
  /** Drops what waits; later events are ignored. */
  close(): void;
}

const callTimeoutMs = 10_000;

/** Publishes events one after the other, in the background. */
export function createEventRecorder(options: EventRecorderOptions): ClosableEventRecorder {
  return new QueuedRecorder(options);
}

class QueuedRecorder implements ClosableEventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #log: Logger;
  readonly #correlator = new EventCorrelator();
  readonly #queue: { readonly occurrence: Occurrence; readonly atMs: number }[] = [];
  readonly #stop = new AbortController();
  #working: Promise<void> | undefined;
  #dropped = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLogger;
  }

  record(about: KubeObject, event: Pick<Occurrence, 'type' | 'reason' | 'message'>): void {
    if (this.#stop.signal.aborted) return;
    if (this.#queue.length >= (this.#options.maxQueued ?? 1000)) {
      this.#dropped++;
      return;
    }
    // Only what is needed, so that a waiting event does not hold the whole object.
    const { namespace, name = '', uid, resourceVersion } = about.metadata;
    const subject = {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name,
      ...(namespace && { namespace }),
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
    };
    this.#queue.push({ occurrence: { about: subject, ...event }, atMs: this.#options.clock.now() });
    this.#working ??= this.#work();
  }

  async flushed(): Promise<void> {
    while (this.#working) await this.#working;
  }

  close(): void {
    this.#queue.length = 0;
    this.#stop.abort();
  }

  async #work(): Promise<void> {
    await Promise.resolve(); // never inside the caller
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const correlated = this.#correlator.correlate(next.occurrence, next.atMs);
      if (correlated) await this.#publish(next.occurrence, correlated);
    }
    this.#working = undefined;
    if (this.#dropped === 0) return;
    this.#log.warn('events dropped: the queue was full', { events: this.#dropped });
    this.#dropped = 0;
  }

  async #publish(occurrence: Occurrence, correlated: Correlated): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(callTimeoutMs)]);
    try {
      if (correlated.isNew || !(await this.#raise(occurrence, correlated, signal)))
        await this.#options.client.create(eventKind, this.#event(occurrence, correlated), { signal });
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const { kind, namespace, name } = occurrence.about;
      const { reason } = occurrence;
      // An event is a courtesy: what it is about goes on without it.
      this.#log.debug('event not published', { kind, namespace, name, reason, error: toError(error) });
    }
  }

  /** Raises the count of a published event; false when it is no longer there. */
  async #raise(occurrence: Occurrence, correlated: Correlated, signal: AbortSignal): Promise<boolean> {
    const { message, count, lastMs, name } = correlated;
    const body = { message, count, lastTimestamp: formatTime(lastMs) };
    try {
      await this.#options.client.patch(
        eventKind,
        { namespace: namespaceOf(occurrence), name },
        { type: 'merge', body },
        { signal },
      );
      return true;
    } catch (error) {
      if (isApiError(error, 'NotFound')) return false;
      throw error;
    }
  }

  #event(occurrence: Occurrence, { name, message, count, firstMs, lastMs }: Correlated): NewObject<Event> {
    const { component, host } = this.#options;
    return {
      metadata: { name, namespace: namespaceOf(occurrence) },
      involvedObject: occurrence.about,
      type: occurrence.type,
      reason: occurrence.reason,
      message,
      count,
      firstTimestamp: formatTime(firstMs),
      lastTimestamp: formatTime(lastMs),
      source: { component, ...(host && { host }) },
      reportingComponent: component,
      reportingInstance: host ?? '',
    };
  }
}

/** Events about cluster-scoped objects live in `default`, as upstream has it. */
function namespaceOf({ about }: Occurrence): string {
  return about.namespace ?? 'default';
}
