import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { run } from '../../src/base/process.ts';
import type { Program } from './packages.ts';

/** Debian's multiarch folder name of an architecture. */
export function multiarch(architecture: string): string {
  const known: Record<string, string> = {
    amd64: 'x86_64-linux-gnu',
    arm64: 'aarch64-linux-gnu',
    armhf: 'arm-linux-gnueabihf',
  };
  const name = known[architecture];
  if (!name) throw new Error(`architecture ${architecture}: k3ts runs on ${Object.keys(known).join(', ')}`);
  return name;
}

/** The shared libraries that `ldd` could not find. */
export function missingLibraries(lddOutput: string): string[] {
  return [...lddOutput.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '');
}

/** A start script that lets a program find the libraries unpacked beside it. Needs no other process, works from any place. */
export function wrapper(pathFromHere: string, libraryFolders: readonly string[], xtables: string): string {
  const at = (path: string) => `$here/${path}`;
  return [
    '#!/bin/sh',
    `here=\${0%/*}`,
    `export LD_LIBRARY_PATH="${libraryFolders.map(at).join(':')}" XTABLES_LIBDIR="${at(xtables)}"`,
    `exec "${at(pathFromHere)}" "$@"`,
    '',
  ].join('\n');
}

/**
 * Offers the programs of `folder/root` in `folder/bin`, `aux` and `cni`: as a link where the machine has every library
 * it needs, else through a wrapper. Throws when a program is missing or cannot find a library either way.
 */
export async function offerPrograms(programs: readonly Program[], folder: string, architecture: string): Promise<void> {
  const triple = multiarch(architecture);
  const libraries = [`root/usr/lib/${triple}`, `root/lib/${triple}`];
  for (const program of programs) {
    const real = join(folder, 'root', program.path);
    const offered = join(folder, program.as);
    await mkdir(dirname(offered), { recursive: true });
    const fromHere = (path: string) => relative(dirname(offered), path);
    if (!program.wrapped && (await librariesMissing(real)).length === 0) {
      await symlink(fromHere(real), offered);
      continue;
    }
    const folders = libraries.map((path) => join(folder, path));
    const missing = await librariesMissing(real, folders.join(':'));
    if (missing.length > 0)
      throw new Error(`${program.path} needs ${missing.join(', ')}, which no package here brings`);
    const xtables = fromHere(join(folder, `root/usr/lib/${triple}/xtables`));
    await writeFile(offered, wrapper(fromHere(real), folders.map(fromHere), xtables));
    await chmod(offered, 0o755);
  }
}

async function librariesMissing(program: string, libraryPath?: string): Promise<string[]> {
  const env = { LC_ALL: 'C', ...(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }) };
  const result = await run('ldd', [program], { env, allowFailure: true });
  if (/No such file/.test(result.stderr)) throw new Error(`${program} is not in its package`);
  return missingLibraries(result.stdout); // a static program exits with status 1 and lists nothing
}
