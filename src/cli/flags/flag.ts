import { CodedError } from '../../base/errors.ts';

/**
 * - text: one value; of several on the command line the last counts
 * - switch: true or false; alone it means true
 * - list: any number; several stand in one value with commas between
 * - arguments: a list whose values may have commas in them
 */
export type FlagType = 'text' | 'switch' | 'list' | 'arguments';

/** One setting, declared once: command line, configuration file, variables and help follow from it. */
export interface Flag {
  /** `https-listen-port`: the flag is `--` plus it, the file's key is it, the variables are K3TS_ and K3S_ plus it in capitals. */
  readonly name: string;
  readonly short?: string;
  readonly type: FlagType;
  /** Its variables where they are not the regular ones, that which counts first standing first. */
  readonly variables?: readonly string[];
  /** What stands for the value in the help: PORT, CIDR … */
  readonly placeholder?: string;
  /** One line. */
  readonly help: string;
  /** As it is shown in the help and used when nothing is given. */
  readonly default?: string;
  /** Only on the command line and in variables, not in a file. */
  readonly notInFile?: true;
  /** Its value is never shown in an error. */
  readonly secret?: true;
}

/** What was given for one flag, and where: `--cluster-cidr`, `cluster-cidr in /etc/k3ts/config.yaml`, `K3TS_CLUSTER_CIDR`. */
export interface Setting {
  readonly values: readonly string[];
  readonly source: string;
}

export type Settings = ReadonlyMap<string, Setting>;

/** What is wrong with what the user gave. Each problem names the setting, its value and what is allowed. */
export class UsageError extends CodedError<'usage'> {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: { cause?: unknown }) {
    super('usage', problems.join('\n'), options);
    this.problems = problems;
  }
}

/** Says more of an unknown name than that it is unknown, where there is more to say. */
export type ExplainUnknown = (name: string) => string | undefined;

/** The variables of a flag, the one that counts first standing first. */
export function variablesOf(flag: Flag): string[] {
  const name = flag.name.toUpperCase().replaceAll('-', '_');
  return [...(flag.variables ?? [`K3TS_${name}`, `K3S_${name}`])];
}

/** The values that one text means: a list is taken apart at its commas. */
export function splitValue(flag: Flag, text: string): string[] {
  if (flag.type !== 'list') return [text];
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export function takesSeveral(flag: Flag): boolean {
  return flag.type === 'list' || flag.type === 'arguments';
}
