import { resolve } from 'node:path';
import { readConfigFiles } from './flags/file.ts';
import { type Flag, type Settings, UsageError } from './flags/flag.ts';
import { configPath, type Environment, findConfigFiles, readVariables } from './flags/settings.ts';
import { serverFlags } from './server/flags.ts';
import { explainK3sFlag } from './server/k3s-flags.ts';

function named(name: string): Flag {
  const flag = serverFlags.find((candidate) => candidate.name === name);
  if (!flag) throw new Error(`the server has no flag ${name}`);
  return flag;
}

/** The flags of commands that look for the server of a data directory. */
export const dataDirFlags: readonly Flag[] = [named('data-dir'), named('config')];

/** The server's data directory, found as the server finds it: command line, files, variables, default. Absolute. */
export function findDataDir(commandLine: Settings, environment: Environment): string {
  const flag = named('data-dir');
  const files = findConfigFiles(configPath(commandLine, environment));
  const setting =
    commandLine.get(flag.name) ??
    readConfigFiles(serverFlags, files, explainK3sFlag).get(flag.name) ??
    readVariables([flag], environment).get(flag.name);
  const value = setting?.values.at(-1) ?? flag.default ?? '';
  if (value === '') throw new UsageError([`${setting?.source}: must not be empty`]);
  return resolve(value);
}
