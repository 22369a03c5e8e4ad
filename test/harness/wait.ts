import { setTimeout as delay } from 'node:timers/promises';

/**
 * Tries until `attempt` gives something other than undefined or false, and returns it. Throws after `timeoutMs` with what
 * was waited for and the last error.
 */
export async function until<T>(
  what: string,
  attempt: () => Promise<T | undefined | false> | T | undefined | false,
  options: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const { timeoutMs = 30_000, everyMs = 100 } = options;
  const endsAt = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const result = await attempt();
      if (result !== undefined && result !== false) return result;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > endsAt)
      throw new Error(`waited ${timeoutMs} ms in vain: ${what}`, last === undefined ? {} : { cause: last });
    await delay(everyMs);
  }
}
