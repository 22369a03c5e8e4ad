import type { Clock, Timer } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';

/** Looks now and then at what ends some day: certificates hold a year, and a server may run longer. */
export interface Renewal {
  /** `renew` replaces what is close to its end, and leaves the rest; called twice a day, also after it failed. */
  add(what: string, renew: () => Promise<void>): void;
  stop(): void;
}

const everyMs = 12 * 3_600_000;

export function createRenewal({ clock, log }: { readonly clock: Clock; readonly log: Logger }): Renewal {
  const tasks: { readonly what: string; readonly renew: () => Promise<void> }[] = [];
  let timer: Timer | undefined;
  let stopped = false;
  const arm = () => {
    if (!stopped) timer = clock.after(everyMs, () => void renewAll());
  };
  const renewAll = async () => {
    for (const { what, renew } of tasks)
      await renew().catch((error: unknown) => log.error('cannot renew certificates', { what, error }));
    arm();
  };
  arm();
  return {
    add: (what, renew) => void tasks.push({ what, renew }),
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
