import { parseGoDuration } from '../../base/go-duration.ts';

/** A value will not do; the message says what is allowed. */
export class SettingError extends Error {}

/** By flag: from its value, and what is set so far, to what it sets. */
export type FlagReaders<Settings> = Readonly<Record<string, (value: string, settings: Settings) => Partial<Settings>>>;

export function wholeNumber(text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new SettingError(`must be a whole number from ${least} to ${most}`);
}

export function durationMs(text: string, leastMs: number): number {
  const ms = parseGoDuration(text);
  if (ms !== undefined && ms >= leastMs && ms < 2 ** 31) return ms;
  throw new SettingError(`must be a duration of at least ${leastMs} ms, such as 10s or 1m`);
}

export function switched(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new SettingError('must be true or false');
}

export function absolutePath(text: string): string {
  if (text.startsWith('/')) return text;
  throw new SettingError('must be the absolute path of a file');
}

export function oneOf<T extends string>(text: string, allowed: readonly T[]): T {
  const known = allowed.find((one) => one === text);
  if (known !== undefined) return known;
  throw new SettingError(`must be one of ${allowed.join(', ')}`);
}
