import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { DamagedError } from './failure.ts';
import type { DatabaseOptions, DatabaseStats, Opened, PackedEntries, PackedWrites } from './protocol.ts';

const applicationId = 0x6b337473; // "k3ts"
const formatVersion = 1;

/** The database file: one row for each object. Everything here blocks, so it lives in a worker thread. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #reserve: StatementSync;
  #commits = 0;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    if (!existsSync(options.file)) createFile(options.file);
    else if (statSync(options.file).size === 0) throw new DamagedError('the file is empty');
    this.#db = new DatabaseSync(options.file);
    try {
      configure(this.#db, options);
      checkFormat(this.#db);
      this.#put = this.#db.prepare(
        'INSERT INTO entries (key, revision, value) VALUES (?, ?, ?) ' +
          'ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, value = excluded.value',
      );
      this.#remove = this.#db.prepare('DELETE FROM entries WHERE key = ?');
      this.#reserve = this.#db.prepare("UPDATE meta SET value = ? WHERE name = 'reserved'");
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** The index that the main thread keeps. Reads every key, which finds most damage. */
  open(): Opened {
    const keys: string[] = [];
    const revisions: number[] = [];
    for (const row of this.#db.prepare('SELECT key, revision FROM entries').iterate()) {
      keys.push(row['key'] as string);
      revisions.push(row['revision'] as number);
    }
    const row = this.#db.prepare("SELECT value FROM meta WHERE name = 'reserved'").get();
    if (!row) throw new DamagedError('the revision counter is missing');
    return { keys, revisions, reserved: row['value'] as number };
  }

  /** One transaction: all or nothing, on the disk when this returns. */
  write(batch: PackedWrites): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      let start = 0;
      for (let i = 0; i < batch.keys.length; i++) {
        const key = batch.keys[i] as string;
        const end = batch.ends[i] as number;
        if (end < 0) {
          this.#remove.run(key);
          continue;
        }
        this.#put.run(key, batch.revisions[i] as number, new Uint8Array(batch.data, start, end - start));
        start = end;
      }
      if (batch.reserve !== undefined) this.#reserve.run(batch.reserve);
      this.#db.exec('COMMIT');
      this.#commits++;
    } catch (error) {
      // SQLite has rolled back by itself after some errors (full disk, I/O).
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  get(key: string): PackedEntries {
    return this.#packed('key = ?', key).next().value ?? noEntries();
  }

  /** In parts, so that nowhere a second copy of a whole cluster's state is needed. */
  list(prefix: string): Iterable<PackedEntries> {
    return this.#packed('key >= ? AND key < ? ORDER BY key', prefix, `${prefix.slice(0, -1)}0`); // '0' comes after '/'
  }

  *#packed(where: string, ...values: readonly string[]): Generator<PackedEntries, undefined> {
    const rows = this.#db.prepare(`SELECT key, revision, value FROM entries WHERE ${where}`).iterate(...values);
    let part: Row[] = [];
    let bytes = 0;
    for (const row of rows as Iterable<unknown> as Iterable<Row>) {
      part.push(row);
      bytes += row.value.byteLength;
      if (bytes < partBytes) continue;
      yield pack(part);
      part = [];
      bytes = 0;
    }
    if (part.length > 0) yield pack(part);
  }

  stats(): DatabaseStats {
    const sizes = [this.#options.file, `${this.#options.file}-wal`].map(
      (f) => statSync(f, { throwIfNoEntry: false })?.size,
    );
    return {
      bytesOnDisk: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
      bytesWritten: threadBytesWritten(),
      commits: this.#commits,
    };
  }

  /** Records the exact revision, carries the log over and closes. */
  close(revision: number): void {
    try {
      this.#reserve.run(revision);
    } finally {
      this.#db.close(); // the last connection checkpoints and removes the log
    }
  }
}

/** Made beside its place and renamed, so that an empty or half-made file always means damage, never "new". */
function createFile(file: string): void {
  const temporary = `${file}.new`;
  for (const suffix of ['', '-wal', '-journal']) rmSync(`${temporary}${suffix}`, { force: true });
  const db = new DatabaseSync(temporary);
  try {
    db.exec(`PRAGMA page_size = 4096; PRAGMA synchronous = FULL; PRAGMA application_id = ${applicationId};
      PRAGMA user_version = ${formatVersion};
      BEGIN;
      CREATE TABLE entries (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL, value BLOB NOT NULL) STRICT;
      CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO meta VALUES ('reserved', 0);
      COMMIT`);
  } finally {
    db.close();
  }
  renameSync(temporary, file);
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Exclusive: a second server on the same file is refused, and no shared-memory file is needed. The log is carried over
 * seldom, so that pages which change often are written to the database once.
 */
function configure(db: DatabaseSync, options: DatabaseOptions): void {
  db.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA cache_size = -${Math.ceil(options.cacheBytes / 1024)}; PRAGMA temp_store = MEMORY;
    PRAGMA wal_autocheckpoint = ${Math.ceil(options.checkpointBytes / 4096)};
    PRAGMA journal_size_limit = ${options.checkpointBytes}`);
  if (options.maxFileBytes !== undefined) db.exec(`PRAGMA max_page_count = ${Math.floor(options.maxFileBytes / 4096)}`);
}

function checkFormat(db: DatabaseSync): void {
  const id = db.prepare('PRAGMA application_id').get()?.['application_id'];
  if (id !== applicationId) throw new DamagedError(`its application id is ${id}, expected ${applicationId}`);
  const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
  if (version !== formatVersion)
    throw new Error(`its format is version ${version}, this program reads version ${formatVersion}`);
}

/** Of values, in one message of a list. */
const partBytes = 512 * 1024;

interface Row {
  readonly key: string;
  readonly revision: number;
  readonly value: Uint8Array;
}

function noEntries(): PackedEntries {
  return pack([]);
}

function pack(rows: readonly Row[]): PackedEntries {
  const data = new Uint8Array(rows.reduce((sum, row) => sum + row.value.byteLength, 0));
  const ends: number[] = [];
  let end = 0;
  for (const row of rows) {
    data.set(row.value, end);
    end += row.value.byteLength;
    ends.push(end);
  }
  return { keys: rows.map((row) => row.key), revisions: rows.map((row) => row.revision), ends, data: data.buffer };
}

/** What the kernel counts for this thread (Linux); 0 where it does not say. */
function threadBytesWritten(): number {
  try {
    return Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/thread-self/io', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // not Linux, or /proc is not there: the figure is for show
  }
}
