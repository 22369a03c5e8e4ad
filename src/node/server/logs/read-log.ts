import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Clock, sleep } from '../../../base/clock.ts';
import { errorCode } from '../../../base/errors.ts';
import { LogLines } from './lines.ts';
import type { LogOptions } from './log-options.ts';
import { tailStart } from './tail.ts';

export interface LogSource {
  readonly path: string;
  /** Whether the container may still write. */
  readonly writing: () => boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const blockBytes = 64 * 1024;
/** While following, the container's state and the file's name are looked at at least this often. */
const lookEveryMs = 1_000;
/** The runtime opens a log again right after it was renamed. */
const reopenTimeoutMs = 10_000;

/** The text of a container's log, block by block; with `follow` until the container has ended and all of it was read. */
export async function* readLog(source: LogSource, options: LogOptions): AsyncGenerator<Buffer, void> {
  const { path, signal } = source;
  const lines = new LogLines(options);
  const changes = options.follow ? new Changes(source) : undefined;
  let file = await open(path, 'r');
  try {
    let position = await startOf(file, options);
    const block = Buffer.allocUnsafe(blockBytes);
    while (!signal.aborted && !lines.full) {
      // Looked at before reading: what was written before the end is then read for sure.
      const writing = source.writing();
      const { bytesRead } = await file.read(block, 0, blockBytes, position);
      if (bytesRead > 0) {
        position += bytesRead;
        const shown = lines.push(block.subarray(0, bytesRead));
        if (shown.length > 0) yield shown;
        continue;
      }
      if (!changes) break;
      const next = await rotated(file, source);
      if (next) {
        // The runtime may have written to the old file between our last read and its reopening.
        for (let read = 1; read > 0; position += read) {
          read = (await file.read(block, 0, blockBytes, position)).bytesRead;
          const shown = lines.push(block.subarray(0, read));
          if (shown.length > 0) yield shown;
        }
        await file.close();
        file = next;
        position = 0;
        lines.restart();
      } else if (writing) await changes.next();
      else break;
    }
  } finally {
    changes?.close();
    await file.close();
  }
}

async function startOf(file: FileHandle, { tailLines }: LogOptions): Promise<number> {
  return tailLines === undefined ? 0 : tailStart(file, (await file.stat()).size, tailLines);
}

/** The file that has taken the place of `file`, opened. */
async function rotated(file: FileHandle, { path, writing, clock, signal }: LogSource): Promise<FileHandle | undefined> {
  const { ino } = await file.stat();
  const untilMs = clock.monotonic() + reopenTimeoutMs;
  for (;;)
    try {
      const now = await stat(path);
      // The runtime makes the new file first and then leaves the old one: until a line is in it the old one may get more.
      if (now.ino === ino || (now.size === 0 && writing())) return undefined;
      return await open(path, 'r');
    } catch (error) {
      // Gone for good with its pod, or renamed a moment ago.
      if (errorCode(error) !== 'ENOENT') throw error;
      if (!writing() || signal.aborted || clock.monotonic() >= untilMs) return undefined;
      await sleep(clock, 20, signal);
    }
}

/** Wakes when a file is written to or replaced, and from time to time. */
class Changes {
  readonly #source: LogSource;
  readonly #close: () => void;
  #changed = false;
  #wake: (() => void) | undefined;

  constructor(source: LogSource) {
    this.#source = source;
    const { path, signal } = source;
    const watcher = watchFolder(dirname(path), (name) => {
      if (name === null || name === basename(path)) this.#notify();
    });
    const notify = () => this.#notify();
    signal.addEventListener('abort', notify, { once: true });
    this.#close = () => {
      watcher?.close();
      signal.removeEventListener('abort', notify);
    };
  }

  #notify(): void {
    this.#changed = true;
    this.#wake?.();
  }

  async next(): Promise<void> {
    if (!this.#changed)
      await new Promise<void>((resolve) => {
        const timer = this.#source.clock.after(lookEveryMs, resolve);
        this.#wake = () => {
          timer.cancel();
          resolve();
        };
      });
    this.#wake = undefined;
    this.#changed = false;
  }

  close(): void {
    this.#close();
  }
}

/** Undefined when the machine has no watches left: looking from time to time remains. */
function watchFolder(folder: string, changed: (name: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, (_type, name) => changed(name));
    watcher.on('error', () => watcher.close()); // the folder went with its pod
    return watcher;
  } catch (error) {
    if (errorCode(error) === 'ENOSPC' || errorCode(error) === 'EMFILE') return undefined;
    throw error;
  }
}
