import type { Kind } from '../../api/kind.ts';
import type { Cell, Histogram } from '../../base/metrics/families.ts';
import type { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { RequestClass } from './request-class.ts';
import type { RunningRequest } from './running-request.ts';

const labels = ['verb', 'dry_run', 'group', 'version', 'resource', 'subresource', 'scope', 'component'] as const;
/** Upstream's. */
const durationSeconds = [
  ...[0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
];
const sliSeconds = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const sizeBytes = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** All figures of one class of requests, kept together so that counting is no search. */
interface ClassSeries {
  readonly values: readonly string[];
  readonly byCode: Map<number, Cell>;
  duration: Histogram | undefined;
  sli: Histogram | undefined;
  size: Histogram | undefined;
  longRunning: Cell | undefined;
}

/** What the API server counts of requests, by upstream's names and labels. */
export class RequestMetrics {
  readonly #total;
  readonly #duration;
  readonly #sli;
  readonly #sizes;
  readonly #longRunning;
  readonly #terminated;
  readonly #aborted;
  readonly #attempts: Readonly<Record<'success' | 'failure' | 'error', Cell>>;
  readonly #authenticated: Cell;
  readonly #series = new WeakMap<RequestClass, ClassSeries>();
  readonly #dryRunSeries = new WeakMap<RequestClass, ClassSeries>();
  readonly #inFlight: Record<'read' | 'write', number> = { read: 0, write: 0 };

  constructor(metrics: MetricRegistry) {
    const withoutDryRun = labels.filter((label) => label !== 'dry_run');
    this.#total = metrics.counter({
      name: 'apiserver_request_total',
      help: 'Requests that were answered.',
      labels: [...labels, 'code'],
      maxSeries: 10_000,
    });
    this.#duration = metrics.histogram({
      name: 'apiserver_request_duration_seconds',
      help: 'How long answers took, from the headers to the last byte; watches and streams left out.',
      labels,
      buckets: durationSeconds,
    });
    this.#sli = metrics.histogram({
      name: 'apiserver_request_sli_duration_seconds',
      help: 'The same without the time that requests waited for a seat.',
      labels: withoutDryRun,
      buckets: sliSeconds,
    });
    this.#sizes = metrics.histogram({
      name: 'apiserver_response_sizes',
      help: 'Bytes of answers to reads.',
      labels: withoutDryRun,
      buckets: sizeBytes,
    });
    this.#longRunning = metrics.gauge({
      name: 'apiserver_longrunning_requests',
      help: 'Watches and streams that are open.',
      labels: withoutDryRun,
    });
    this.#terminated = metrics.counter({
      name: 'apiserver_request_terminations_total',
      help: 'Requests that the server ended to protect itself.',
      labels: [...withoutDryRun, 'code'],
    });
    this.#aborted = metrics.counter({
      name: 'apiserver_request_aborts_total',
      help: 'Requests whose client left before the answer.',
      labels: withoutDryRun.filter((label) => label !== 'component'),
    });
    const attempts = metrics.counter({
      name: 'authentication_attempts',
      help: 'Requests by whether their sender could be told.',
      labels: ['result'],
    });
    this.#attempts = {
      success: attempts.labels('success'),
      failure: attempts.labels('failure'),
      error: attempts.labels('error'),
    };
    // As upstream: names of users are no label, but for one that stands for all of them.
    this.#authenticated = metrics
      .counter({
        name: 'authenticated_user_requests',
        help: 'Requests whose sender could be told.',
        labels: ['username'],
      })
      .labels('other');
    metrics.read(
      {
        name: 'apiserver_current_inflight_requests',
        help: 'Requests that are worked on, watches and streams left out.',
        type: 'gauge',
        labels: ['request_kind'],
      },
      () => [
        [['readOnly'], this.#inFlight.read],
        [['mutating'], this.#inFlight.write],
      ],
    );
  }

  begin({ type, requestClass }: RunningRequest): void {
    if (type === 'long-running') this.#openOf(this.#of(requestClass, false)).add(1);
    else this.#inFlight[type]++;
  }

  /** `code` 0: the connection was taken for another protocol. */
  end(request: RunningRequest, code: number, nowMs: number): void {
    const { type, requestClass, parsed, startMs, enteredMs, exchange } = request;
    const series = this.#of(requestClass, parsed.query.size > 0 && parsed.query.has('dryRun'));
    let cell = series.byCode.get(code);
    if (!cell) {
      cell = this.#total.labels(...series.values, code === 0 ? '101' : String(code));
      series.byCode.set(code, cell);
    }
    cell.add();
    if (type === 'long-running') {
      this.#openOf(this.#of(requestClass, false)).add(-1);
      return;
    }
    this.#inFlight[type]--;
    series.duration ??= this.#duration.labels(...series.values);
    series.duration.observe((nowMs - startMs) / 1000);
    series.sli ??= this.#sli.labels(...withoutDryRun(series.values));
    series.sli.observe((nowMs - Math.max(startMs, enteredMs)) / 1000);
    if (type !== 'read' || exchange.sentBytes === 0) return;
    series.size ??= this.#sizes.labels(...withoutDryRun(series.values));
    series.size.observe(exchange.sentBytes);
  }

  authenticated(): void {
    this.#attempts.success.add();
    this.#authenticated.add();
  }

  /** `isFault`: nobody could say, as something broke. */
  unauthenticated(isFault: boolean): void {
    this.#attempts[isFault ? 'error' : 'failure'].add();
  }

  /** The client left before it was answered. */
  aborted({ requestClass }: RunningRequest): void {
    this.#aborted.labels(...withoutDryRun(this.#of(requestClass, false).values).slice(0, -1)).add();
  }

  /** The server ended it: too slow, or too many. */
  terminated({ requestClass }: RunningRequest, code: number): void {
    this.#terminated.labels(...withoutDryRun(this.#of(requestClass, false).values), String(code)).add();
  }

  #openOf(series: ClassSeries): Cell {
    series.longRunning ??= this.#longRunning.labels(...withoutDryRun(series.values));
    return series.longRunning;
  }

  #of(requestClass: RequestClass, dryRun: boolean): ClassSeries {
    const all = dryRun ? this.#dryRunSeries : this.#series;
    const known = all.get(requestClass);
    if (known) return known;
    const { group, version, resource, subresource, scope, path } = requestClass;
    const made: ClassSeries = {
      values: [
        ...[verbOf(requestClass), dryRun ? 'All' : '', group, version, resource, subresource || path, scope],
        'apiserver',
      ],
      byCode: new Map(),
      duration: undefined,
      sli: undefined,
      size: undefined,
      longRunning: undefined,
    };
    all.set(requestClass, made);
    return made;
  }
}

function withoutDryRun([verb = '', , ...rest]: readonly string[]): readonly string[] {
  return [verb, ...rest];
}

const httpVerbs: Readonly<Record<string, string>> = { create: 'POST', update: 'PUT' };
const streams: ReadonlySet<string> = new Set(['exec', 'attach', 'portforward', 'proxy', 'log']);

/** Upstream's label: the HTTP method, but for lists, watches, collections and connections. */
function verbOf({ isResource, verb, subresource }: RequestClass): string {
  if (isResource && streams.has(subresource) && subresource !== 'log') return 'CONNECT';
  return httpVerbs[verb] ?? (verb === '' ? 'OTHER' : verb.toUpperCase());
}

/** Counts events that were sent to watchers. */
export function watchCounter(metrics: MetricRegistry): (kind: Kind, events: number) => void {
  const total = metrics.counter({
    name: 'apiserver_watch_events_total',
    help: 'Events that were sent to watchers.',
    labels: ['group', 'version', 'resource'],
  });
  const cells = new WeakMap<Kind, Cell>();
  return (kind, events) => {
    let cell = cells.get(kind);
    if (!cell) {
      cell = total.labels(kind.group, kind.version, kind.plural);
      cells.set(kind, cell);
    }
    cell.add(events);
  };
}
