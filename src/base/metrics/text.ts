import type { MetricFamily } from './families.ts';

/** A family in the text form; nothing at all for a family without samples. */
export function renderFamily(family: MetricFamily, parts: string[]): void {
  const { name, help, type } = family;
  let begun = false;
  for (const { suffix, labels, value } of family.samples()) {
    if (!begun)
      parts.push(`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`);
    begun = true;
    parts.push(
      labels === '' ? `${name}${suffix} ${number(value)}\n` : `${name}${suffix}{${labels}} ${number(value)}\n`,
    );
  }
}

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
