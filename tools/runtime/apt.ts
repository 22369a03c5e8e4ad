import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../src/base/process.ts';
import type { DebianPackage } from './packages.ts';
import { runShown } from './shown.ts';

/**
 * Debian packages by apt itself, which brings signatures, proxies, credentials and retries, but with lists, cache and
 * sources in a folder of ours: the machine's own apt is read and never changed.
 */

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The mirrors the machine's own apt uses, in its order, from `apt-get indextargets` with the format below. */
export function mirrorsFrom(indexTargets: string): string[] {
  const mirrors = new Set<string>();
  for (const line of indexTargets.split('\n')) {
    const [uri, release, component] = line.split('|');
    if (uri && release && component === 'main' && !release.endsWith('-security')) mirrors.add(uri.replace(/\/$/, ''));
  }
  return [...mirrors];
}

/** apt's configuration for a private folder. */
export function aptConfig(folder: string, architecture: string): string {
  return [
    `Dir::State "${folder}/state";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}/cache";`,
    `Dir::Etc::sourcelist "${folder}/k3ts.sources";`,
    `Dir::Etc::sourceparts "${folder}/none";`,
    `Dir::Etc::preferencesparts "${folder}/none";`,
    'APT::Sandbox::User "root";',
    `APT::Architecture "${architecture}";`,
    `APT::Architectures "${architecture}";`,
    'APT::Update::Error-Mode "any";',
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
    // A mirror may be a copy of an earlier day. What is taken is signed, and held to the versions in packages.ts.
    'Acquire::Check-Valid-Until "false";',
    '',
  ].join('\n');
}

/** A source of these suites in apt's deb822 form. */
export function aptSource(mirror: string, suites: readonly string[]): string {
  return `Types: deb\nURIs: ${mirror}\nSuites: ${suites.join(' ')}\nComponents: main\nSigned-By: ${keyring}\n`;
}

/** How apt is asked for one package: its version pattern, or its suite where any version will do. */
export function aptArgument(wanted: DebianPackage): string {
  return wanted.version === '*' ? `${wanted.name}/${wanted.suite}` : `${wanted.name}=${wanted.version}`;
}

/** The machine's Debian architecture: amd64, arm64, armhf … */
export async function debianArchitecture(): Promise<string> {
  return (await run('dpkg', ['--print-architecture'])).stdout.trim();
}

async function findMirrors(): Promise<string[]> {
  const named = process.env['K3TS_DEBIAN_MIRROR'];
  if (named) return [named.replace(/\/$/, '')];
  const format = '$(REPO_URI)|$(RELEASE)|$(COMPONENT)';
  const mirrors = mirrorsFrom((await run('apt-get', ['indextargets', '--format', format])).stdout);
  if (mirrors.length === 0)
    throw new Error(
      'no Debian mirror: the configuration of apt names none; set K3TS_DEBIAN_MIRROR to the address of one',
    );
  return mirrors;
}

/**
 * Downloads the packages into `folder/packages` and returns the files' paths. Tries one mirror after another.
 * Throws when none of them gives all.
 */
export async function downloadPackages(
  packages: readonly DebianPackage[],
  folder: string,
  architecture: string,
): Promise<string[]> {
  const target = join(folder, 'packages');
  for (const path of ['state/lists/partial', 'cache/archives/partial', 'none', 'packages'])
    await mkdir(join(folder, path), { recursive: true });
  await writeFile(join(folder, 'status'), '');
  await writeFile(join(folder, 'apt.conf'), aptConfig(folder, architecture));
  const suites = [...new Set(packages.map((wanted) => wanted.suite))];
  const options = { env: { APT_CONFIG: join(folder, 'apt.conf'), LC_ALL: 'C' }, cwd: target, timeoutMs: 900_000 };
  const failures: unknown[] = [];
  for (const mirror of await findMirrors()) {
    await writeFile(join(folder, 'k3ts.sources'), aptSource(mirror, suites));
    try {
      await runShown('apt-get', ['-q', 'update'], options);
      await runShown('apt-get', ['-q', 'download', ...packages.map(aptArgument)], options);
      const files = (await readdir(target)).filter((name) => name.endsWith('.deb'));
      if (files.length !== packages.length)
        throw new Error(`${mirror} gave ${files.length} packages of the ${packages.length} asked for`);
      return files.sort().map((name) => join(target, name));
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, `no mirror has all of: ${packages.map(aptArgument).join(', ')}`);
}
