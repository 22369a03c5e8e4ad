import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LogFileOptions {
  /** A file that would grow beyond this is put aside. Default: 50 MiB, as in K3s. */
  readonly maxBytes?: number;
  /** Files put aside that are kept, `FILE.1` being the newest. Default: 3. */
  readonly keep?: number;
}

/** Appends to a file of bounded size. Written at once: what is logged last before the process ends is there. */
export function openLogFile(
  path: string,
  { maxBytes = 50 * 1024 * 1024, keep = 3 }: LogFileOptions = {},
): (text: string) => void {
  mkdirSync(dirname(path), { recursive: true });
  let file = openSync(path, 'a', 0o600);
  let size = fstatSync(file).size;
  return (text) => {
    const bytes = Buffer.byteLength(text);
    if (size > 0 && size + bytes > maxBytes) {
      closeSync(file);
      putAside(path, keep);
      file = openSync(path, 'a', 0o600);
      size = 0;
    }
    writeSync(file, text);
    size += bytes;
  };
}

function putAside(path: string, keep: number): void {
  rmSync(`${path}.${keep}`, { force: true });
  for (let index = keep - 1; index >= 0; index--) {
    const from = index === 0 ? path : `${path}.${index}`;
    if (existsSync(from)) renameSync(from, `${path}.${index + 1}`);
  }
}
