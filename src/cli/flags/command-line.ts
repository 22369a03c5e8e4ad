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

export interface CommandLine {
  readonly settings: Settings;
  /** What is not a flag, in order. */
  readonly rest: readonly string[];
  readonly help: boolean;
}

/**
 * Reads `--name value`, `--name=value`, `-n value`, `--switch`, `--switch=false`; `--` ends the flags. Throws UsageError
 * naming every unknown flag and missing value. With `stopAtFirst`, everything from the first word on
 * is `rest`.
 */
export function parseCommandLine(
  flags: readonly Flag[],
  given: readonly string[],
  options: { readonly stopAtFirst?: boolean; readonly explain?: ExplainUnknown } = {},
): CommandLine {
  const byName = new Map<string, Flag>();
  for (const flag of flags) {
    byName.set(flag.name, flag);
    if (flag.short) byName.set(flag.short, flag);
  }
  const settings = new Map<string, Setting>();
  const rest: string[] = [];
  const problems: string[] = [];
  let help = false;
  const args = [...given];
  for (let at = 0; at < args.length; at++) {
    const [word = '', ...others] = apart(args[at] ?? '', byName);
    args.splice(at + 1, 0, ...others);
    const match = /^--?([a-zA-Z][\w-]*)(?:=([\s\S]*))?$/.exec(word);
    if (!match) {
      if (word === '--' || options.stopAtFirst) {
        rest.push(...args.slice(word === '--' ? at + 1 : at));
        break;
      }
      rest.push(word);
      continue;
    }
    const [, name = '', attached] = match;
    if (name === 'help' || name === 'h') {
      help = true;
      continue;
    }
    const flag = byName.get(name);
    if (!flag) {
      problems.push(`--${name}: ${options.explain?.(name) ?? `no such flag${suggestion(name, byName.keys(), '--')}`}`);
      continue;
    }
    let value = attached;
    if (value === undefined) {
      if (flag.type === 'switch') value = 'true';
      else if (at + 1 < args.length) value = args[++at] ?? '';
      else problems.push(`--${flag.name}: a value is missing`);
    }
    if (value === undefined) continue;
    const earlier = takesSeveral(flag) ? (settings.get(flag.name)?.values ?? []) : [];
    settings.set(flag.name, { values: [...earlier, ...splitValue(flag, value)], source: `--${flag.name}` });
  }
  if (problems.length > 0) throw new UsageError(problems);
  return { settings, rest, help };
}

/** `-it` is `-i -t`, where both are switches. */
function apart(word: string, flags: ReadonlyMap<string, Flag>): readonly string[] {
  const letters = /^-[a-zA-Z]{2,}$/.test(word) && !flags.has(word.slice(1)) ? [...word.slice(1)] : [];
  const switches = letters.length > 0 && letters.every((letter) => flags.get(letter)?.type === 'switch');
  return switches ? letters.map((letter) => `-${letter}`) : [word];
}
