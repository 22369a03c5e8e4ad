import type { Clock } from '../../base/clock.ts';
import type { LogFields, Logger } from '../../base/log.ts';

const everyMs = 1000;

/** Warns at most once a second, and says how often it came: what fails for every request must not flood the log. */
export function failureLog(log: Logger, clock: Clock): (message: string, fields: LogFields) => void {
  let loggedMs = Number.NEGATIVE_INFINITY;
  let count = 0;
  return (message, fields) => {
    count++;
    if (clock.monotonic() - loggedMs < everyMs) return;
    log.warn(message, { count, ...fields });
    loggedMs = clock.monotonic();
    count = 0;
  };
}
