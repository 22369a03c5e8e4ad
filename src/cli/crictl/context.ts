import type { Cri } from '../../node/runtime/cri.ts';
import type { Container, PodSandbox } from '../../node/runtime/generated/cri.ts';
import type { CommandContext } from '../command.ts';
import { type Flag, type Settings, UsageError } from '../flags/flag.ts';

/** What a word of crictl gets. */
export interface CrictlCall {
  readonly cri: Cri;
  readonly context: CommandContext;
  readonly flags: Settings;
  /** What is not a flag. */
  readonly args: readonly string[];
  readonly dataDir: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface CrictlWord {
  readonly name: string;
  /** What it takes, for the help: `CONTAINER [COMMAND …]`. */
  readonly usage: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
  /** Everything from the first word on belongs to `args`, flags or not. */
  readonly stopAtFirst?: true;
  /** Resolves to the exit status. */
  run(call: CrictlCall): Promise<number>;
}

export function isOn(call: CrictlCall, name: string): boolean {
  return call.flags.get(name)?.values.at(-1) === 'true';
}

/** The argument at this place; UsageError names it when it is not there. */
export function argument(call: CrictlCall, index: number, name: string): string {
  const value = call.args[index];
  if (value === undefined) throw new UsageError([`${name} is missing`]);
  return value;
}

/** The one thing whose id begins with the text. Throws when there is none, or more than one. */
export function byPrefix<T extends Container | PodSandbox>(things: readonly T[], text: string, what: string): T {
  const found = things.filter((each) => each.id.startsWith(text));
  const [only] = found;
  if (!only) throw new Error(`no ${what} has an id that begins with ${text}`);
  if (found.length > 1)
    throw new Error(`${found.length} of ${what} have an id that begins with ${text}; write more of it`);
  return only;
}

export async function containerByPrefix(call: CrictlCall, text: string): Promise<Container> {
  return byPrefix((await call.cri.call('ListContainers', {})).containers, text, 'container');
}
