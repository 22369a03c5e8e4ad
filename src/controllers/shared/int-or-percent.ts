import type { IntOrString } from '../../api/schema/generated/types/util-intstr.ts';

/** A count, or a percentage of `total` rounded up or down. Undefined stays so; text that is no percentage counts as 0. */
export function resolveCount(value: IntOrString | undefined, total: number, round: 'up' | 'down'): number | undefined {
  if (value === undefined || typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value);
  if (!percent) return 0;
  const share = (Number(percent[1]) * total) / 100;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}
