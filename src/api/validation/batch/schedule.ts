import { quote } from '../field-error.ts';

/**
 * Schedules as upstream's cron library reads them: five fields, or a descriptor. What is wrong with one is said in that
 * library's words, which reach users through the API.
 */

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly names?: readonly string[];
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const days = 'sun mon tue wed thu fri sat'.split(' ');
const fields: readonly Bounds[] = [
  { low: 0, high: 59 },
  { low: 0, high: 23 },
  { low: 1, high: 31 },
  { low: 1, high: 12, names: months },
  { low: 0, high: 6, names: days },
];
const descriptors = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

class ScheduleFault extends Error {}

/** What is wrong with a schedule; undefined where it can be used. */
export function scheduleFault(text: string): string | undefined {
  if (text.startsWith('@')) return descriptorFault(text);
  const parts = text.trim().split(/\s+/);
  if (text.trim() === '' || parts.length !== fields.length)
    return `expected exactly 5 fields, found ${text.trim() === '' ? 0 : parts.length}: [${parts.join(' ')}]`;
  try {
    parts.forEach((part, at) => {
      const bounds = fields[at];
      if (bounds) for (const range of part.split(',')) readRange(range, bounds);
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ScheduleFault)) throw error;
    return error.message;
  }
}

function descriptorFault(text: string): string | undefined {
  if (descriptors.includes(text)) return undefined;
  const every = /^@every (.*)$/.exec(text);
  if (!every) return `unrecognized descriptor: ${text}`;
  return /^[-+]?(\d+(\.\d*)?(h|m|s|ms|us|µs|ns))+$/.test(every[1] ?? '')
    ? undefined
    : `failed to parse duration ${text}: time: invalid duration ${quote(every[1] ?? '')}`;
}

/** One part of a field: `*`, `5`, `1-5`, `*\/15`, `mon-fri`. */
function readRange(text: string, bounds: Bounds): void {
  const refuse = (message: string) => {
    throw new ScheduleFault(message);
  };
  const [range = '', step, ...moreSteps] = text.split('/');
  const [from = '', to, ...moreEnds] = range.split('-');
  const isAny = from === '*' || from === '?';
  const start = isAny ? bounds.low : readValue(from, bounds);
  if (!isAny && moreEnds.length > 0) refuse(`too many hyphens: ${text}`);
  let end = isAny ? bounds.high : to === undefined ? start : readValue(to, bounds);
  if (moreSteps.length > 0) refuse(`too many slashes: ${text}`);
  const width = step === undefined ? 1 : readNumber(step);
  if (step !== undefined && to === undefined) end = bounds.high;
  if (start < bounds.low) refuse(`beginning of range (${start}) below minimum (${bounds.low}): ${text}`);
  if (end > bounds.high) refuse(`end of range (${end}) above maximum (${bounds.high}): ${text}`);
  if (start > end) refuse(`beginning of range (${start}) beyond end of range (${end}): ${text}`);
  if (width === 0) refuse(`step of range should be a positive number: ${text}`);
}

function readValue(text: string, { low, names }: Bounds): number {
  const at = names?.indexOf(text.toLowerCase()) ?? -1;
  return at >= 0 ? at + low : readNumber(text);
}

function readNumber(text: string): number {
  if (/^-\d{1,15}$/.test(text)) throw new ScheduleFault(`negative number (${text}) not allowed: ${text}`);
  if (/^\+?\d{1,15}$/.test(text)) return Number(text);
  const why = /^[-+]?\d+$/.test(text) ? 'value out of range' : 'invalid syntax';
  throw new ScheduleFault(`failed to parse int from ${text}: strconv.Atoi: parsing ${quote(text)}: ${why}`);
}
