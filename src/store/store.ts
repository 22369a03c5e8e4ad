import { CodedError } from '../base/errors.ts';

/**
 * The storage contract: current state by key, and one revision counter for the whole store.
 *
 * - Keys are strings such as `/registry/pods/default/web`; they sort by code unit. Values are opaque bytes; the caller
 *   gives a buffer away when writing and must not change one that it was given.
 * - Revisions are integers, strictly increasing over the whole store, also across restarts and crashes. Every
 *   successful write has its own.
 * - A write has happened, durably, when its promise resolves. `durability: 'lazy'` is for what only says "still alive":
 *   it is visible at once, its bytes reach the disk later, and a crash may bring back an older value; its revision is
 *   never given out again.
 * - Errors are `StoreError`; its code says which.
 */
export interface Store {
  /** The value at `key`, or undefined. */
  get(key: string): Promise<StoredEntry | undefined>;
  /** Everything below `prefix` (which ends in `/`) in key order, all as of one revision. */
  list(prefix: string): Promise<StoredList>;
  /**
   * The same for who takes over everything and keeps none of the buffers: `visit` gets each entry once, in parts, at least as
   * new as it was at the call. What changes meanwhile may be in it or not; `changes` since a revision from before tells.
   */
  scan(prefix: string, visit: (entries: readonly StoredEntry[]) => void): Promise<void>;
  /** Errors: `exists`. */
  create(key: string, value: Uint8Array, options?: WriteOptions): Promise<StoredEntry>;
  /** Replaces the value if the entry still is at `expectedRevision`. Errors: `conflict`, `not-found`. */
  update(key: string, value: Uint8Array, expectedRevision: number, options?: WriteOptions): Promise<StoredEntry>;
  /** Removes the entry if it still is at `expectedRevision`; resolves to the revision of the removal. Errors: `conflict`, `not-found`. */
  delete(key: string, expectedRevision: number): Promise<number>;
  /**
   * Every change after `since`, in order of revision, each once, then live until `signal` aborts.
   * The consumer keeps up or gets `too-old` and lists again. Errors: `too-old`, `unavailable`.
   */
  changes(since: number, signal: AbortSignal): AsyncIterable<readonly StoreChange[]>;
  /** The newest revision that any reader may have seen. */
  revision(): Promise<number>;
  /** What status and metrics show. */
  stats(): Promise<StoreStats>;
  /** Writes what is still in memory, then releases everything. Further calls fail with `unavailable`. */
  close(): Promise<void>;
}

export interface WriteOptions {
  /** Default: sync. */
  readonly durability?: 'sync' | 'lazy';
}

export interface StoredEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Revision of the last write of this key. */
  readonly revision: number;
}

export interface StoredList {
  readonly entries: readonly StoredEntry[];
  readonly revision: number;
}

export type StoreChange =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array; readonly revision: number }
  | { readonly type: 'delete'; readonly key: string; readonly revision: number };

export interface StoreStats {
  readonly driver: string;
  readonly entries: number;
  readonly bytesOnDisk: number;
  /** Bytes handed to the disk since the start; the write budget of an SD card. */
  readonly bytesWritten: number;
  readonly commits: number;
}

export type StoreErrorCode = 'exists' | 'conflict' | 'not-found' | 'too-old' | 'too-large' | 'unavailable' | 'corrupt';

/** What every driver throws. */
export class StoreError extends CodedError<StoreErrorCode> {}
