import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/base/process.ts';
import type { ImageContent } from '../../src/node/images/archive.ts';
import { tar } from '../../src/node/images/tar.ts';
import { busyboxImage, debianLayer } from '../images/images.ts';

export const programs = join(import.meta.dirname, 'programs');

/** A program of `programs/` with all that it imports as one file, in an image with the Node that runs this. */
export async function nodeImage(name: string, program: string): Promise<ImageContent> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  try {
    const file = join(folder, 'program.mjs');
    // What was written for CommonJS asks for `require`.
    const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
    const flags = [
      '--bundle',
      '--keep-names',
      '--platform=node',
      '--format=esm',
      `--outfile=${file}`,
      `--banner:js=${banner}`,
    ];
    await run(join(programs, 'node_modules/.bin/esbuild'), [join(programs, program), ...flags], { timeoutMs: 60_000 });
    const layer = tar([
      { path: 'usr/bin/node', content: await readFile(process.execPath), mode: 0o755 },
      { path: 'program.mjs', content: await readFile(file) },
    ]);
    const base = await busyboxImage(name);
    const config = { ...base.config, Entrypoint: ['node', '/program.mjs'], Cmd: [] };
    return { ...base, layers: [...base.layers, await debianLayer(), layer], config };
  } finally {
    await rm(folder, { recursive: true });
  }
}
