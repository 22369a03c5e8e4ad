import { describeError } from '../../base/log.ts';
import { yaml } from '../../base/yaml.ts';
import {
  type ExplainUnknown,
  type Flag,
  type Setting,
  type Settings,
  splitValue,
  takesSeveral,
  UsageError,
} from './flag.ts';
import { suggestion } from './nearest.ts';

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads configuration files in their order: the last file that has a key wins; `key+` appends to what the files before
 * gave. Keys are the flags' names, long or short. Throws UsageError naming every unknown key and wrong value.
 */
export function readConfigFiles(
  flags: readonly Flag[],
  files: readonly ConfigFile[],
  explain?: ExplainUnknown,
): Settings {
  const byName = new Map<string, Flag>();
  for (const flag of flags) {
    if (flag.notInFile) continue;
    byName.set(flag.name, flag);
    if (flag.short) byName.set(flag.short, flag);
  }
  const settings = new Map<string, Setting>();
  const problems: string[] = [];
  for (const file of files) {
    for (const [written, value] of entries(file, problems)) {
      const appends = written.endsWith('+');
      const key = appends ? written.slice(0, -1) : written;
      const flag = byName.get(key);
      const source = `${written} in ${file.path}`;
      if (!flag) {
        problems.push(`${source}: ${explain?.(key) ?? `no such setting${suggestion(key, byName.keys())}`}`);
        continue;
      }
      const read = valuesOf(flag, value, appends);
      if (typeof read === 'string') problems.push(`${source}: ${read}`);
      else if (read.length > 0 || takesSeveral(flag)) {
        const earlier = appends ? settings.get(flag.name) : undefined;
        settings.set(flag.name, {
          values: [...(earlier?.values ?? []), ...read],
          source: earlier ? `${earlier.source} and ${source}` : source,
        });
      }
    }
  }
  if (problems.length > 0) throw new UsageError(problems);
  return settings;
}

function entries(file: ConfigFile, problems: string[]): [string, unknown][] {
  try {
    const content: unknown = yaml().parse(file.text);
    if (content === null || content === undefined) return [];
    if (typeof content === 'object' && !Array.isArray(content)) return Object.entries(content);
    problems.push(`${file.path}: not a map of settings to values`);
  } catch (error) {
    if (!(error instanceof yaml().YAMLParseError)) throw error;
    problems.push(`${file.path}: not YAML: ${describeError(error).split('\n')[0]}`);
  }
  return [];
}

/** The values as text, or what is wrong. No value (`key:`) is as if the key were not there. */
function valuesOf(flag: Flag, value: unknown, appends: boolean): string[] | string {
  if (value === null) return [];
  if (takesSeveral(flag)) {
    const several: string[] = [];
    for (const each of Array.isArray(value) ? value : [value]) {
      if (!isScalar(each)) return 'a list of plain values is allowed, this has something else in it';
      several.push(...splitValue(flag, String(each)));
    }
    return several;
  }
  if (appends) return `+ appends to a list, and ${flag.name} takes one value`;
  if (!isScalar(value)) return 'one plain value is allowed, not a list or a map';
  return [String(value)];
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
