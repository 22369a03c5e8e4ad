import type { StoreErrorCode } from '../store.ts';

/** What the main thread asks of the thread that owns the database file. Requests are answered in order. */
export type Request =
  | { readonly type: 'write'; readonly id: number; readonly batch: PackedWrites }
  | { readonly type: 'get'; readonly id: number; readonly key: string }
  | { readonly type: 'list'; readonly id: number; readonly prefix: string }
  | { readonly type: 'stats'; readonly id: number }
  | { readonly type: 'close'; readonly id: number; readonly revision: number };

/** A transaction. All values lie behind each other in `data`, which is moved, not copied, between the threads. */
export interface PackedWrites {
  readonly keys: readonly string[];
  readonly revisions: readonly number[];
  /** Where each value ends in `data`; -1: remove the key. */
  readonly ends: readonly number[];
  readonly data: ArrayBuffer;
  /** Revisions up to this one may be given out without asking; stored with the batch. */
  readonly reserve?: number;
}

export interface PackedEntries {
  readonly keys: readonly string[];
  readonly revisions: readonly number[];
  readonly ends: readonly number[];
  readonly data: ArrayBuffer;
}

export interface DatabaseStats {
  readonly bytesOnDisk: number;
  readonly bytesWritten: number;
  readonly commits: number;
}

export interface Opened {
  readonly keys: readonly string[];
  readonly revisions: readonly number[];
  /** No revision above this one was ever given out. */
  readonly reserved: number;
}

export interface Failure {
  readonly code: StoreErrorCode;
  readonly message: string;
}

/** Lists come in parts, before the reply. */
export interface Part {
  readonly id: number;
  readonly part: PackedEntries;
}

export type Reply = { readonly id: number; readonly part?: undefined } & (
  | { readonly result: PackedEntries | DatabaseStats | Opened | undefined; readonly failure?: undefined }
  | { readonly failure: Failure }
);

/** The id of the message that the thread sends by itself, when the database is open or cannot be opened. */
export const openedId = 0;

export interface DatabaseOptions {
  readonly file: string;
  /** SQLite's page cache. */
  readonly cacheBytes: number;
  /** The write-ahead log is carried over into the database when it has grown to this. */
  readonly checkpointBytes: number;
  readonly maxFileBytes?: number;
}
