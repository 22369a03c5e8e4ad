import { mergeMissing } from '../fill.ts';
import type { Draft } from '../object.ts';
import type { LimitRange, LimitRangeItem } from '../schema/generated/types/core-v1.ts';

export function defaultLimitRange({ spec }: Draft<LimitRange>): void {
  for (const item of spec?.limits ?? []) if (item.type === 'Container') defaultContainerLimits(item);
}

/** A container's limit is the maximum if nothing else is said, its request the limit, and if there is none the minimum. */
function defaultContainerLimits(item: Draft<LimitRangeItem>): void {
  const limit = mergeMissing(item.default, item.max);
  if (limit) item.default = limit;
  const request = mergeMissing(mergeMissing(item.defaultRequest, item.default), item.min);
  if (request) item.defaultRequest = request;
}
