import type { Environment } from './flags/settings.ts';

/** What a command may touch of the process that runs it. */
export interface CommandContext {
  readonly environment: Environment;
  /** Answers, for people and pipes. Gets whole lines' text, with the newlines. */
  readonly out: (text: string) => void;
  /** Warnings and errors. */
  readonly err: (text: string) => void;
}

/** One word after `k3ts`. */
export interface Command {
  /** The whole help, ending with a newline. */
  help(): string;
  /** Resolves to the exit status. Throws UsageError for wrong flags. */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}
