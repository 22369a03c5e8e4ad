import { Cron } from 'croner';

/** Times at which a cron job is due. */
export interface Schedule {
  /** The first time after `ms`, to the second; undefined: never again. */
  next(afterMs: number): number | undefined;
}

/** Reads a schedule as `spec.schedule` and `spec.timeZone` have it. Throws when it makes no sense. */
export function parseSchedule(text: string, timeZone: string | undefined): Schedule {
  const inline = /^(?:CRON_TZ|TZ)=(\S+)\s+(.*)$/.exec(text);
  const zone = timeZone ?? inline?.[1] ?? 'UTC';
  const every = /^@every\s+(.+)$/.exec(inline?.[2] ?? text);
  if (every) {
    const stepMs = durationMs(every[1] ?? '');
    return { next: (afterMs) => Math.floor(afterMs / 1_000) * 1_000 + stepMs };
  }
  // `?` means any and `5/15` is `5-59/15`, as in the library that upstream uses.
  const pattern = (inline?.[2] ?? text).replaceAll('?', '*');
  const cron = new Cron(pattern, { paused: true, mode: '5-part', timezone: zone, sloppyRanges: true });
  return { next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() };
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };

function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+)([hms])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw new Error(`cannot read duration: ${JSON.stringify(text)}, allowed is for example 1h30m`);
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0), 0);
  return Math.max(1_000, ms);
}
