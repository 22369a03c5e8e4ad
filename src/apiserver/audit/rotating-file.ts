import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';

export interface RotatingFileOptions {
  readonly maxBytes: number;
  /** 0: all are kept. */
  readonly maxBackups: number;
  /** 0: kept however old. */
  readonly maxAgeDays: number;
  readonly compress: boolean;
  readonly clock: Clock;
  /** What was put aside could not be compressed; it stays as it is. */
  readonly onCompressFailed: (error: Error) => void;
}

const dayMs = 86_400_000;
const mode = 0o600;

/**
 * A file that is put aside when it would grow beyond its bound, as `NAME-TIME.EXT` like upstream's; what is put aside
 * is bounded by number and age. One write at a time.
 */
export class RotatingFile {
  readonly #path: string;
  readonly #options: RotatingFileOptions;
  #file: FileHandle | undefined;
  #size = 0;
  /** What is compressed beside the writing. */
  #compressing: Promise<void> = Promise.resolve();

  constructor(path: string, options: RotatingFileOptions) {
    this.#path = path;
    this.#options = options;
  }

  /** Rejects with Node's error. */
  async open(): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    this.#file = await open(this.#path, 'a', mode);
    // The file may be there with another mode.
    await this.#file.chmod(mode);
    this.#size = (await this.#file.stat()).size;
  }

  /** Rejects with Node's error; the next write tries again. */
  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    if (!this.#file) await this.open();
    if (this.#size > 0 && this.#size + bytes.length > this.#options.maxBytes) await this.#rotate();
    await this.#file?.appendFile(bytes);
    this.#size += bytes.length;
  }

  async close(): Promise<void> {
    await this.#closeFile();
    await this.#compressing;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #rotate(): Promise<void> {
    await this.#closeFile();
    const extension = extname(this.#path);
    const stem = this.#path.slice(0, this.#path.length - extension.length);
    // As lumberjack writes it: 2026-01-02T03-04-05.678.
    const time = new Date(this.#options.clock.now()).toISOString().slice(0, -1).replaceAll(':', '-');
    const aside = await freeName(`${stem}-${time}`, extension);
    await rename(this.#path, aside);
    await this.open();
    await this.#removeOld(`${basename(stem)}-`, extension);
    const { compress, onCompressFailed } = this.#options;
    if (compress)
      this.#compressing = this.#compressing
        .then(() => zip(aside))
        .catch((error: unknown) => onCompressFailed(toError(error)));
  }

  async #removeOld(prefix: string, extension: string): Promise<void> {
    const { maxBackups, maxAgeDays, clock } = this.#options;
    const folder = dirname(this.#path);
    const names = (await readdir(folder)).filter(
      (name) =>
        name.startsWith(prefix) &&
        /^\d{4}-\d\d-\d\dT/.test(name.slice(prefix.length)) &&
        (name.endsWith(extension) || name.endsWith(`${extension}.gz`)),
    );
    names.sort().reverse();
    for (const [index, name] of names.entries()) {
      const path = join(folder, name);
      const tooMany = maxBackups > 0 && index >= maxBackups;
      const tooOld = maxAgeDays > 0 && (await stat(path)).mtimeMs < clock.now() - maxAgeDays * dayMs;
      if (tooMany || tooOld) await rm(path, { force: true });
    }
  }
}

/** Two files may be put aside within a millisecond. */
async function freeName(stem: string, extension: string): Promise<string> {
  const taken = new Set(await readdir(dirname(stem)));
  for (let more = 0; ; more++) {
    const path = `${stem}${more === 0 ? '' : `.${more}`}${extension}`;
    if (!taken.has(basename(path)) && !taken.has(`${basename(path)}.gz`)) return path;
  }
}

async function zip(path: string): Promise<void> {
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz`, { mode }));
  await rm(path);
}
