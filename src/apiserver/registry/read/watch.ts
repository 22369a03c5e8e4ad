import type { Kind } from '../../../api/kind.ts';
import type { ApiError } from '../../../api/status.ts';
import type { Clock, Timer } from '../../../base/clock.ts';
import type { RegistryWatchOptions, WatchFrame } from '../../contract.ts';
import { CachedEntry } from '../cache/cached-entry.ts';
import type { CacheEvent } from '../cache/event-window.ts';
import type { ResourceCache } from '../cache/resource-cache.ts';
import { namespaceRange } from '../cache/sorted-entries.ts';
import { keyMatches, type Matcher } from './matcher.ts';
import { checkWatchOptions, parseResourceVersion, tooOld } from './resource-version.ts';

export interface WatchSource {
  readonly resource: ResourceCache;
  readonly matcher: Matcher;
  readonly clock: Clock;
  /** The newest revision that the cache shows. */
  readonly revision: () => number;
}

const bookmarkMs = 60_000;
const initialEventsEnd = { 'k8s.io/initial-events-end': 'true' };
type Result = IteratorResult<readonly WatchFrame[]>;

/**
 * A watch is a cursor into the kind's event window. It holds no events of its own: a consumer that falls behind the
 * window gets `Expired`, whatever the number of watchers.
 */
export class Watch implements AsyncIterableIterator<readonly WatchFrame[]> {
  readonly #source: WatchSource;
  readonly #bookmarks: boolean;
  readonly #signal: AbortSignal;
  /** Of the resource, when the watch began. */
  readonly #kind: Kind;
  readonly #onAbort = () => this.#end();
  #initial: WatchFrame[] | undefined;
  #position: number;
  /** Events up to this one are not sent: the client has them, or asks for the future. */
  readonly #after: number;
  #waiting: PromiseWithResolvers<Result> | undefined;
  #unpark: (() => void) | undefined;
  #bookmarkTimer: Timer | undefined;
  #timeout: Timer | undefined;
  #bookmarkDue = false;
  #ended = false;

  /** Errors: Expired, Invalid. */
  constructor(source: WatchSource, options: RegistryWatchOptions, signal: AbortSignal) {
    checkWatchOptions(options);
    this.#source = source;
    this.#kind = source.resource.kind;
    this.#signal = signal;
    this.#bookmarks = options.allowWatchBookmarks === true;
    const { window } = source.resource;
    const asked = parseResourceVersion(options.resourceVersion);
    const wantsState = options.sendInitialEvents ?? (asked === undefined || asked === 0);
    this.#after = wantsState ? source.revision() : (asked ?? source.revision());
    if (!wantsState && asked !== undefined && asked !== 0 && asked < window.horizon)
      throw tooOld(asked, window.horizon);
    if (wantsState) this.#initial = this.#initialFrames(options.sendInitialEvents === true);
    this.#position = window.after(this.#after);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#armBookmark();
    if (options.timeoutSeconds) this.#timeout = source.clock.after(options.timeoutSeconds * 1000, () => this.#end());
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Result> {
    if (this.#signal.aborted || this.#ended) return this.return();
    const batch = this.#take();
    if (batch.length > 0) return { done: false, value: batch };
    if (this.#isOver) return this.return();
    this.#waiting = Promise.withResolvers<Result>();
    this.#unpark = this.#source.resource.park(() => this.#wake());
    return this.#waiting.promise;
  }

  /** The kind is gone, or another than it was. */
  get #isOver(): boolean {
    const { isClosed, kind } = this.#source.resource;
    return isClosed || kind.shape !== this.#kind.shape;
  }

  async return(): Promise<Result> {
    this.#end();
    return { done: true, value: undefined };
  }

  /** Everything since the last call that matches. */
  #take(): readonly WatchFrame[] {
    const frames = this.#initial ?? [];
    this.#initial = undefined;
    const { window } = this.#source.resource;
    if (this.#position < window.start) throw this.#fellBehind(window.horizon);
    for (; this.#position < window.end; this.#position++) {
      const frame = this.#frameOf(window.at(this.#position));
      if (frame) frames.push(frame);
    }
    if (this.#bookmarkDue) {
      this.#bookmarkDue = false;
      frames.push(this.#bookmark());
    }
    return frames;
  }

  #fellBehind(horizon: number): ApiError {
    this.#end();
    return tooOld(Math.max(this.#after, 1), horizon);
  }

  #frameOf(event: CacheEvent): WatchFrame | undefined {
    const { matcher, resource } = this.#source;
    if (event.revision <= this.#after) return undefined;
    if (!keyMatches(matcher, event.frame.entry.key)) return undefined;
    if (!matcher.selective) return event.frame;
    const { previous, frame } = event;
    const before = previous !== undefined && matcher.matches(previous);
    const now = frame.type !== 'DELETED' && matcher.matches(frame.entry);
    if (before && now) return event.frame;
    if (now) return previous ? resource.enteringFrame(event) : frame;
    if (!before) return undefined;
    return frame.type === 'DELETED' ? frame : resource.leavingFrame(event, previous);
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    try {
      const batch = this.#take();
      if (batch.length === 0) {
        if (this.#isOver) this.#end();
        return;
      }
      this.#unparkNow();
      waiting.resolve({ done: false, value: batch });
    } catch (error) {
      this.#unparkNow();
      waiting.reject(error);
    }
  }

  #unparkNow(): void {
    this.#waiting = undefined;
    this.#unpark?.();
    this.#unpark = undefined;
  }

  #initialFrames(withEnd: boolean): WatchFrame[] {
    const { resource, matcher } = this.#source;
    const { from, to } = matcher.namespace ? namespaceRange(matcher.namespace) : { from: '', to: undefined };
    const frames: WatchFrame[] = [];
    for (const entry of resource.sorted.range(from, to))
      if (keyMatches(matcher, entry.key) && (!matcher.selective || matcher.matches(entry)))
        frames.push({ type: 'ADDED', entry });
    if (withEnd && this.#bookmarks) frames.push(this.#bookmark(initialEventsEnd));
    return frames;
  }

  #bookmark(annotations?: Readonly<Record<string, string>>): WatchFrame {
    const { resource, revision } = this.#source;
    return { type: 'BOOKMARK', entry: bookmarkEntry(resource.kind, revision(), annotations) };
  }

  #armBookmark(): void {
    if (!this.#bookmarks) return;
    this.#bookmarkTimer = this.#source.clock.after(bookmarkMs, () => {
      this.#bookmarkDue = true;
      this.#wake();
      this.#armBookmark();
    });
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#bookmarkTimer?.cancel();
    this.#timeout?.cancel();
    this.#signal.removeEventListener('abort', this.#onAbort);
    const waiting = this.#waiting;
    this.#unparkNow();
    // A watch that ends in peace says where the next one may start.
    if (waiting && this.#bookmarks && !this.#signal.aborted)
      waiting.resolve({ done: false, value: [this.#bookmark()] });
    else waiting?.resolve({ done: true, value: undefined });
  }
}

function bookmarkEntry(kind: Kind, revision: number, annotations?: Readonly<Record<string, string>>): CachedEntry {
  const object = {
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    metadata: { resourceVersion: String(revision), creationTimestamp: null, ...(annotations && { annotations }) },
  };
  return new CachedEntry({ kind, key: '', revision, json: Buffer.from(JSON.stringify(object)), freeze: false });
}
