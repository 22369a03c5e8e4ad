import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../../base/clock.ts';
import { errorCode } from '../../base/errors.ts';
import { readTextIfPresent, writeFileAtomic } from '../../base/files.ts';
import type { Logger } from '../../base/log.ts';
import type { Cri } from '../runtime/cri.ts';
import type { Ctr } from './ctr.ts';

export interface ImporterOptions {
  readonly folder: string;
  readonly ctr: Ctr;
  readonly cri: Cri;
  readonly clock: Clock;
  readonly log: Logger;
  onImported(): void;
}

/** What an archive was when it was imported, and what came of it. */
interface ImportRecord {
  readonly size: number;
  readonly mtimeMs: number;
  readonly images: readonly string[];
}

const archiveName = /\.(tar|tar\.gz|tgz|tar\.zst|tzst)$/;
const recordName = '.imported.json';
/** A file that has not grown for this long is taken as complete. */
const settleMs = 500;

/** Imports the archives of a folder: all at start, and each that appears or changes later. Unchanged ones are left alone. */
export class ImageImporter {
  readonly #options: ImporterOptions;
  readonly #stopped = new AbortController();
  #watcher: FSWatcher | undefined;
  #timer: Timer | undefined;
  #busy: Promise<void> = Promise.resolve();
  #records: Record<string, ImportRecord> | undefined;

  constructor(options: ImporterOptions) {
    this.#options = options;
  }

  /** Imports what is there and has changed since the record. A bad archive is named in the log; the others go on. */
  async importAll(signal: AbortSignal): Promise<void> {
    const { folder, log } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const bounded = AbortSignal.any([signal, this.#stopped.signal]);
    this.#records ??= await this.#readRecords();
    const present = await this.#presentImages(bounded);
    const names = (await readdir(folder)).filter((name) => archiveName.test(name)).sort();
    for (const name of names) {
      if (bounded.aborted) return;
      try {
        await this.#importOne(name, present, bounded);
      } catch (error) {
        if (!bounded.aborted) log.error('cannot import an image archive', { file: join(folder, name), error });
      }
    }
    for (const name of Object.keys(this.#records)) if (!names.includes(name)) delete this.#records[name];
    await writeFileAtomic(join(folder, recordName), JSON.stringify(this.#records), { mode: 0o600 });
  }

  start(): void {
    const { folder, clock, log } = this.#options;
    const later = () => {
      this.#timer?.cancel();
      this.#timer = clock.after(settleMs, () => this.#rescan());
    };
    this.#watcher = watch(folder, { persistent: false }, (_, name) => {
      if (name === null || archiveName.test(name)) later();
    });
    this.#watcher.on('error', (error) => log.error('cannot watch the folder of image archives', { folder, error }));
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the node agent is stopping'));
    this.#watcher?.close();
    this.#timer?.cancel();
    await this.#busy;
  }

  #rescan(): void {
    this.#busy = this.#busy
      .then(() => this.importAll(this.#stopped.signal))
      .catch((error: unknown) => this.#options.log.error('cannot import image archives', { error }));
  }

  async #importOne(name: string, present: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const { folder, ctr, clock, log } = this.#options;
    const path = join(folder, name);
    const { size, mtimeMs } = await stat(path);
    const record = this.#records?.[name];
    if (record?.size === size && record.mtimeMs === mtimeMs && record.images.every((image) => present.has(image)))
      return;
    // Still being written: the watch tells of the next write, and this looks again in any case.
    if (Date.now() - mtimeMs < settleMs && (await this.#grows(path, size, signal))) {
      this.#timer = clock.after(settleMs, () => this.#rescan());
      return;
    }
    const startedMs = clock.monotonic();
    const images = await ctr.importArchive(path, signal);
    if (this.#records) this.#records[name] = { size, mtimeMs, images };
    log.info('imported an image archive', {
      file: path,
      images: images.join(' '),
      ms: Math.round(clock.monotonic() - startedMs),
    });
    this.#options.onImported();
  }

  async #grows(path: string, size: number, signal: AbortSignal): Promise<boolean> {
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(settleMs, resolve);
      const giveUp = () => {
        timer.cancel();
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
    });
    return (await stat(path)).size !== size;
  }

  async #presentImages(signal: AbortSignal): Promise<ReadonlySet<string>> {
    const { images } = await this.#options.cri.call('ListImages', {}, { signal });
    return new Set(images.flatMap(({ repoTags, repoDigests }) => [...repoTags, ...repoDigests]));
  }

  async #readRecords(): Promise<Record<string, ImportRecord>> {
    const path = join(this.#options.folder, recordName);
    const text = await readTextIfPresent(path);
    try {
      return text === undefined ? {} : (JSON.parse(text) as Record<string, ImportRecord>);
    } catch (error) {
      if (errorCode(error) === undefined && !(error instanceof SyntaxError)) throw error;
      this.#options.log.warn('the record of imported images is damaged; all are imported again', { file: path, error });
      return {};
    }
  }
}
