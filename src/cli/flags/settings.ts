import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../base/errors.ts';
import { type ConfigFile, readConfigFiles } from './file.ts';
import {
  type ExplainUnknown,
  type Flag,
  type Setting,
  type Settings,
  splitValue,
  UsageError,
  variablesOf,
} from './flag.ts';

export const defaultConfigPath = '/etc/k3ts/config.yaml';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings from variables. Empty variables are as if they were not there. */
export function readVariables(flags: readonly Flag[], environment: Environment): Settings {
  const settings = new Map<string, Setting>();
  for (const flag of flags) {
    const source = variablesOf(flag).find((variable) => environment[variable]);
    if (source) settings.set(flag.name, { values: splitValue(flag, environment[source] ?? ''), source });
  }
  return settings;
}

/** Which file is the configuration file, and who says so: the variable wins over the flag, as in K3s. */
export function configPath(commandLine: Settings, environment: Environment): Setting {
  for (const source of ['K3TS_CONFIG_FILE', 'K3S_CONFIG_FILE']) {
    const value = environment[source];
    if (value) return { values: [value], source };
  }
  return commandLine.get('config') ?? { values: [defaultConfigPath], source: '' };
}

/**
 * The file and then `<file>.d/*.yaml` and `*.yml` by name. Either may be missing, but not both where the file was named.
 * Throws UsageError when one cannot be read.
 */
export function findConfigFiles(named: Setting): ConfigFile[] {
  const path = named.values[0] ?? defaultConfigPath;
  if (/^https?:/.test(path))
    throw new UsageError([
      `${named.source}: ${path}: reading the configuration over the network is not supported; name a file`,
    ]);
  const main = readIfThere(path);
  const folder = `${path}.d`;
  const names = listIfThere(folder).filter((name) => /\.ya?ml$/.test(name));
  const dropIns = names.sort().map((name) => readIfThere(join(folder, name)));
  const files = [main, ...dropIns].filter((file) => file !== undefined);
  if (files.length === 0 && named.source !== '')
    throw new UsageError([`${named.source}: ${path}: no such file, and no ${folder}/*.yaml either`]);
  return files;
}

/** What counts, for each flag: the command line before the files, the files before variables. Lists are replaced, not joined. */
export function readSettings(
  flags: readonly Flag[],
  commandLine: Settings,
  options: { readonly environment: Environment; readonly explain?: ExplainUnknown },
): Settings {
  const { environment, explain } = options;
  const files = readConfigFiles(flags, findConfigFiles(configPath(commandLine, environment)), explain);
  return new Map([...readVariables(flags, environment), ...files, ...commandLine]);
}

function readIfThere(path: string): ConfigFile | undefined {
  try {
    return { path, text: readFileSync(path, 'utf8') };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new UsageError([`${path}: cannot be read (${errorCode(error) ?? 'unknown reason'})`], { cause: error });
  }
}

function listIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw new UsageError([`${folder}: cannot be read (${errorCode(error) ?? 'unknown reason'})`], { cause: error });
  }
}
