/** Strings that Go reads as something else: times and base64. Each function returns the canonical text or says why not. */

export class ScalarError extends Error {}

const layout: readonly (readonly [reference: string, pattern: RegExp])[] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d{2}/],
  ['-', /^-/],
  ['02', /^\d{2}/],
  ['T', /^T/],
  ['15', /^\d{2}/],
  [':', /^:/],
  ['04', /^\d{2}/],
  [':', /^:/],
  ['05', /^\d{2}(?:[.,]\d+)?/],
  ['Z07:00', /^(?:Z|[+-]\d{2}:\d{2})/],
];

const rfc3339 = '2006-01-02T15:04:05Z07:00';
const rfc3339Micro = '2006-01-02T15:04:05.000000Z07:00';
const canonicalTime = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** A `metav1.Time`: RFC 3339, answered in UTC with whole seconds. */
export function canonicalTimeText(text: string): string {
  if (canonicalTime.test(text)) return text;
  const { seconds } = parseTime(text, rfc3339);
  return `${seconds}Z`;
}

/** A `metav1.MicroTime`: RFC 3339 with a fraction, answered in UTC with six digits. */
export function canonicalMicroTimeText(text: string): string {
  const { seconds, fraction } = parseTime(text, rfc3339Micro);
  return `${seconds}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}

function parseTime(text: string, layoutText: string): { seconds: string; fraction: string } {
  const words: string[] = [];
  let rest = text;
  for (const [reference, pattern] of layout) {
    const word = pattern.exec(rest)?.[0];
    if (word === undefined) throw timeError(text, layoutText, `: cannot parse ${quote(rest)} as ${quote(reference)}`);
    words.push(word);
    rest = rest.slice(word.length);
  }
  if (rest) throw timeError(text, layoutText, `: extra text: ${quote(rest)}`);
  const [year, month, day, hour, minute] = [0, 2, 4, 6, 8].map((at) => Number(words[at]));
  const [second = '', fraction = ''] = (words[10] ?? '').split(/[.,]/);
  const zone = words[11] ?? 'Z';
  const out = outOfRange(year ?? 0, month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, Number(second));
  if (out) throw new ScalarError(`parsing time ${quote(text)}: ${out} out of range`);
  const offsetMinutes = zone === 'Z' ? 0 : Number(zone.slice(0, 3)) * 60 + Number(zone[0] + zone.slice(4));
  const date = new Date(0);
  date.setUTCFullYear(year ?? 0, (month ?? 1) - 1, day);
  date.setUTCHours(hour ?? 0, (minute ?? 0) - offsetMinutes, Number(second));
  return { seconds: date.toISOString().slice(0, -5), fraction };
}

function outOfRange(year: number, month: number, day: number, hour: number, minute: number, second: number) {
  if (month < 1 || month > 12) return 'month';
  if (hour > 23) return 'hour';
  if (minute > 59) return 'minute';
  if (second > 59) return 'second';
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return day < 1 || day > days ? 'day' : undefined;
}

function timeError(text: string, layoutText: string, why: string): ScalarError {
  return new ScalarError(`parsing time ${quote(text)} as ${quote(layoutText)}${why}`);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Base64 with padding; line breaks are taken out. */
export function canonicalBase64(text: string): string {
  if (base64.test(text)) return text;
  const plain = text.replaceAll(/[\r\n]/g, '');
  if (base64.test(plain)) return plain;
  throw new ScalarError(`illegal base64 data at input byte ${base64Fault(text)}`);
}

/** Where Go's decoder gives up: at the first byte that may not stand there, or at the start of an incomplete quantum. */
function base64Fault(text: string): number {
  let inQuantum = 0;
  let quantumStart = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '\r' || char === '\n') continue;
    if (inQuantum === 0) quantumStart = at;
    if (char === '=') {
      if (inQuantum < 2) return at;
      if (inQuantum === 3) return at + 1;
      const next = text.slice(at + 1).search(/[^\r\n]/);
      if (next < 0) return text.length;
      return text[at + 1 + next] === '=' ? at + 2 + next : at + 1 + next;
    }
    if (!/[A-Za-z0-9+/]/.test(char)) return at;
    inQuantum = (inQuantum + 1) % 4;
  }
  return inQuantum === 0 ? text.length : quantumStart;
}
