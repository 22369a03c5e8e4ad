import { readFile } from 'node:fs/promises';
import type { Clock, Timer } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';

export interface FollowedFileOptions {
  readonly path: string;
  /** What the file is, for messages: `authentication configuration`. */
  readonly what: string;
  /** Takes over what the file says now. Rejects with Error when it will not do, and changes nothing then. */
  readonly apply: (text: string) => Promise<void> | void;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: 10 s. */
  readonly everyMs?: number;
}

/**
 * Applies a configuration file, and again whenever its content has changed. Looking at it now and then sees every way in
 * which files are replaced (renames, mounted config maps). Rejects when it cannot be used at first; later, what was
 * good before goes on. Resolves to how to stop.
 */
export async function followFile(options: FollowedFileOptions): Promise<() => void> {
  const { path, what, apply, clock, log, everyMs = 10_000 } = options;
  let current: string;
  try {
    current = await readFile(path, 'utf8');
    await apply(current);
  } catch (error) {
    throw new Error(`cannot use the ${what} ${path}: ${toError(error).message}`, { cause: error });
  }
  let stopped = false;
  let timer: Timer | undefined;
  const look = async () => {
    try {
      const text = await readFile(path, 'utf8');
      if (text !== current) {
        // Also when it will not do: what is wrong is told once.
        current = text;
        await apply(text);
        log.info(`${what} taken over`, { path });
      }
    } catch (error) {
      log.error(`cannot use the changed ${what}; the one before goes on`, { path, error });
    }
    arm();
  };
  const arm = () => {
    if (!stopped) timer = clock.after(everyMs, () => void look());
  };
  arm();
  return () => {
    stopped = true;
    timer?.cancel();
  };
}
