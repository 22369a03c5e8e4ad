import { type Clock, systemClock } from '../../base/clock.ts';
import { ChangeLog } from '../change-log.ts';
import {
  type Store,
  type StoreChange,
  type StoredEntry,
  type StoredList,
  StoreError,
  type StoreStats,
  type WriteOptions,
} from '../store.ts';
import { LazyWrites } from './lazy-writes.ts';
import type { DatabaseStats, Opened, PackedEntries, PackedWrites } from './protocol.ts';
import { RevisionCounter } from './revision-counter.ts';
import { DatabaseThread } from './thread.ts';

export interface SqliteStoreOptions {
  /** The database file; its folder must exist. SQLite keeps its log beside it. */
  readonly file: string;
  readonly clock?: Clock;
  /** How long lazy writes may stay in memory only. Default: 60 s. */
  readonly lazyFlushMs?: number;
  /** Lazy writes are flushed before that time when they weigh more. Default: 4 MiB. */
  readonly maxLazyBytes?: number;
  /** Larger values are refused (`too-large`). Default: 3 MiB, upstream's limit of a request body. */
  readonly maxValueBytes?: number;
  /** SQLite's page cache. Default: 2 MiB; the state is in memory anyway. */
  readonly cacheBytes?: number;
  /** Size of the write-ahead log at which it is carried over into the database. Default: 8 MiB. */
  readonly checkpointBytes?: number;
  /** The database file grows no further; writes then fail as on a full disk. Default: the disk's size is the bound. */
  readonly maxFileBytes?: number;
}

interface PendingWrite {
  readonly key: string;
  /** Undefined: remove. */
  readonly value: Uint8Array | undefined;
  readonly resolve: (revision: number) => void;
  readonly reject: (error: StoreError) => void;
  /** Settles when this write has, either way. */
  readonly settled: PromiseWithResolvers<void>;
}

const maxBatchWrites = 1000;
const maxBatchBytes = 8 * 1024 * 1024;

/** Opens or makes the database. Rejects with StoreError: `corrupt` (names the file), `unavailable` (in use, unreadable, full). */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { thread, opened } = await DatabaseThread.start({
    file: options.file,
    cacheBytes: options.cacheBytes ?? 2 * 1024 * 1024,
    checkpointBytes: options.checkpointBytes ?? 8 * 1024 * 1024,
    ...(options.maxFileBytes !== undefined && { maxFileBytes: options.maxFileBytes }),
  });
  return new SqliteStore(thread, opened, options);
}

/**
 * The single-server driver. This thread holds the index (key to revision) and decides conflicts; the database thread
 * commits. All writes that arrive while a commit runs go into the next one.
 */
class SqliteStore implements Store {
  readonly #thread: DatabaseThread;
  readonly #revisions: RevisionCounter;
  readonly #index = new Map<string, number>();
  readonly #log: ChangeLog;
  readonly #lazy: LazyWrites;
  readonly #maxValueBytes: number;
  /** Writes that are queued or being committed; a second write of a key waits for the first to be decided. */
  readonly #pending = new Map<string, PendingWrite>();
  #queue: PendingWrite[] = [];
  /** Settles when the running commit has, either way. */
  #commit: Promise<void> | undefined;
  #scheduled = false;
  #flushWanted = false;
  #closing: Promise<void> | undefined;

  constructor(thread: DatabaseThread, opened: Opened, options: SqliteStoreOptions) {
    this.#thread = thread;
    opened.keys.forEach((key, i) => {
      this.#index.set(key, opened.revisions[i] as number);
    });
    this.#revisions = new RevisionCounter(opened.reserved);
    this.#log = new ChangeLog(this.#revisions.visible);
    this.#maxValueBytes = options.maxValueBytes ?? 3 * 1024 * 1024;
    this.#lazy = new LazyWrites({
      clock: options.clock ?? systemClock,
      flushMs: options.lazyFlushMs ?? 60_000,
      maxBytes: options.maxLazyBytes ?? 4 * 1024 * 1024,
      flush: () => {
        this.#flushWanted = true;
        this.#pump();
      },
    });
    thread.onExit((error) => this.#log.close(error));
  }

  async get(key: string): Promise<StoredEntry | undefined> {
    this.#assertOpen();
    const lazy = this.#lazy.get(key);
    if (lazy) return { key, ...lazy };
    if (!this.#index.has(key)) return undefined;
    const packed = await this.#thread.ask<PackedEntries>({ type: 'get', key });
    return this.#unpack(packed)[0];
  }

  async list(prefix: string): Promise<StoredList> {
    this.#assertOpen();
    const parts: PackedEntries[] = [];
    await this.#thread.list(prefix, (part) => parts.push(part));
    // Answers come in the order of commits, so this is the state that the index shows at this moment.
    const entries = parts.flatMap((part) => this.#unpack(part));
    const known = new Set(parts.flatMap(({ keys }) => keys));
    for (const [key, lazy] of this.#lazy.entries())
      if (key.startsWith(prefix) && !known.has(key)) entries.push({ key, ...lazy });
    entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    return { entries, revision: this.#revisions.visible };
  }

  async scan(prefix: string, visit: (entries: readonly StoredEntry[]) => void): Promise<void> {
    this.#assertOpen();
    const known = new Set<string>();
    await this.#thread.list(prefix, (part) => {
      for (const key of part.keys) known.add(key);
      visit(this.#unpack(part));
      part.data.transfer(0); // free it now: the collector would let hundreds of them come together
    });
    const entries = [...this.#lazy.entries()].filter(([key]) => key.startsWith(prefix) && !known.has(key));
    if (entries.length > 0) visit(entries.map(([key, lazy]) => ({ key, ...lazy })));
  }

  #unpack(packed: PackedEntries): StoredEntry[] {
    let start = 0;
    return packed.keys.map((key, i) => {
      const end = packed.ends[i] as number;
      const value = new Uint8Array(packed.data, start, end - start);
      start = end;
      return { key, value, revision: packed.revisions[i] as number, ...this.#lazy.get(key) };
    });
  }

  async create(key: string, value: Uint8Array, options?: WriteOptions): Promise<StoredEntry> {
    const exists = () =>
      this.#index.has(key) ? new StoreError('exists', `cannot create ${key}: it exists`) : undefined;
    return { key, value, revision: await this.#write(key, value, exists, options) };
  }

  async update(key: string, value: Uint8Array, expectedRevision: number, options?: WriteOptions): Promise<StoredEntry> {
    const check = () => this.#mismatch('update', key, expectedRevision);
    return { key, value, revision: await this.#write(key, value, check, options) };
  }

  async delete(key: string, expectedRevision: number): Promise<number> {
    return this.#write(key, undefined, () => this.#mismatch('delete', key, expectedRevision));
  }

  #mismatch(verb: string, key: string, expected: number): StoreError | undefined {
    const revision = this.#index.get(key);
    if (revision === undefined) return new StoreError('not-found', `cannot ${verb} ${key}: there is no such key`);
    if (revision === expected) return undefined;
    return new StoreError('conflict', `cannot ${verb} ${key}: it is at revision ${revision}, expected ${expected}`);
  }

  async #write(
    key: string,
    value: Uint8Array | undefined,
    check: () => StoreError | undefined,
    options?: WriteOptions,
  ): Promise<number> {
    if (value && value.byteLength > this.#maxValueBytes) {
      const sizes = `${value.byteLength} bytes, at most ${this.#maxValueBytes} are allowed`;
      throw new StoreError('too-large', `cannot store ${key}: ${sizes}`);
    }
    for (;;) {
      this.#assertOpen();
      // Decided on what is durable only: the write before this one may still fail.
      const earlier = this.#pending.get(key);
      if (earlier) {
        await earlier.settled.promise;
        continue;
      }
      const refusal = check();
      if (refusal) throw refusal;
      if (value && options?.durability === 'lazy') {
        const revision = this.#revisions.takeNow();
        if (revision !== undefined) return this.#writeLazily(key, value, revision);
        this.#pump();
        await (this.#commit ?? Promise.resolve());
        continue;
      }
      return this.#enqueue(key, value);
    }
  }

  #writeLazily(key: string, value: Uint8Array, revision: number): number {
    this.#index.set(key, revision);
    this.#log.push([{ type: 'put', key, value, revision }]);
    this.#lazy.set(key, { value, revision });
    if (this.#revisions.wantsReserve) this.#pump();
    return revision;
  }

  #enqueue(key: string, value: Uint8Array | undefined): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const write = { key, value, resolve, reject, settled: Promise.withResolvers<void>() };
    this.#pending.set(key, write);
    this.#queue.push(write);
    if (!this.#commit && !this.#scheduled) {
      this.#scheduled = true; // what arrives in this turn goes together
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#pump();
      });
    }
    return promise;
  }

  /** Starts the next commit if none runs and there is something to do. */
  #pump(): void {
    if (this.#commit) return;
    if (this.#queue.length === 0 && !this.#flushWanted && !this.#revisions.wantsReserve) return;
    this.#commit = this.#commitBatch().finally(() => {
      this.#commit = undefined;
      this.#pump();
    });
  }

  async #commitBatch(): Promise<void> {
    const writes = this.#takeBatch();
    const lazy = this.#flushWanted ? this.#lazy.take((key) => this.#pending.has(key)) : [];
    this.#flushWanted = false;
    const { first, reserve } = this.#revisions.begin(writes.length);
    const revisions = writes.map((_, i) => first + i);
    const items = [
      ...lazy.map(([key, entry]) => ({ key, value: entry.value, revision: entry.revision })),
      ...writes.map(({ key, value }, i) => ({ key, value, revision: first + i })),
    ];
    try {
      const batch: PackedWrites = { ...packWrites(items), ...(reserve !== undefined && { reserve }) };
      await this.#thread.ask({ type: 'write', batch }, [batch.data]);
    } catch (error) {
      this.#revisions.end(false);
      this.#lazy.failed(lazy);
      this.#settle(writes, (write) => write.reject(error as StoreError));
      return;
    }
    this.#revisions.end(true);
    this.#lazy.written(lazy);
    this.#log.push(writes.map((write, i) => this.#show(write, revisions[i] as number)));
    this.#settle(writes, (write, i) => write.resolve(revisions[i] as number));
  }

  #takeBatch(): PendingWrite[] {
    let bytes = 0;
    let count = 0;
    for (const write of this.#queue) {
      bytes += write.value?.byteLength ?? 0;
      if (count > 0 && (bytes > maxBatchBytes || count >= maxBatchWrites)) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  #show({ key, value }: PendingWrite, revision: number): StoreChange {
    this.#lazy.drop(key);
    if (value) this.#index.set(key, revision);
    else this.#index.delete(key);
    return value ? { type: 'put', key, value, revision } : { type: 'delete', key, revision };
  }

  #settle(writes: readonly PendingWrite[], how: (write: PendingWrite, i: number) => void): void {
    writes.forEach((write, i) => {
      this.#pending.delete(write.key);
      how(write, i);
      write.settled.resolve();
    });
  }

  changes(since: number, signal: AbortSignal): AsyncIterable<readonly StoreChange[]> {
    return this.#log.changes(since, signal);
  }

  async revision(): Promise<number> {
    this.#assertOpen();
    return this.#revisions.visible;
  }

  async stats(): Promise<StoreStats> {
    this.#assertOpen();
    const stats = await this.#thread.ask<DatabaseStats>({ type: 'stats' });
    return { driver: 'sqlite', entries: this.#index.size, ...stats };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = new StoreError('unavailable', 'the datastore is closed');
    this.#lazy.stop();
    this.#flushWanted = true;
    this.#pump();
    while (this.#commit) await this.#commit;
    this.#log.close(closed);
    await this.#thread.close(this.#revisions.visible);
  }

  #assertOpen(): void {
    if (this.#closing) throw new StoreError('unavailable', 'the datastore is closed');
    this.#thread.assertAlive();
  }
}

/** Lays all values behind each other in one buffer of their own, which can move to the other thread. */
function packWrites(
  items: readonly { readonly key: string; readonly value: Uint8Array | undefined; readonly revision: number }[],
): PackedWrites {
  const data = new Uint8Array(items.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0));
  let end = 0;
  const ends = items.map(({ value }) => {
    if (!value) return -1;
    data.set(value, end);
    end += value.byteLength;
    return end;
  });
  return {
    keys: items.map(({ key }) => key),
    revisions: items.map(({ revision }) => revision),
    ends,
    data: data.buffer,
  };
}
