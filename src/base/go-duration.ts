const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** A length of time as Go writes it (`1m30s`, `250ms`, `0`), in milliseconds; undefined when the text is none. May be negative. */
export function parseGoDuration(text: string): number | undefined {
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (body === '0') return 0;
  if (body.length > 64 || !/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(body)) return undefined;
  let ms = 0;
  for (const [, amount, unit = ''] of body.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g))
    ms += Number(amount) * (unitMs[unit] ?? 0);
  return sign === '-' ? -ms : ms;
}
