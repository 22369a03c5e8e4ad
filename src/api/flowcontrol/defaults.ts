import { fill, fillZero } from '../fill.ts';
import type { Draft } from '../object.ts';
import type { FlowSchema, PriorityLevelConfiguration } from '../schema/generated/types/flowcontrol-v1.ts';

export function defaultFlowSchema({ spec }: Draft<FlowSchema>): void {
  if (spec) fillZero(spec, { matchingPrecedence: 1000 });
}

export function defaultPriorityLevelConfiguration({ spec }: Draft<PriorityLevelConfiguration>): void {
  if (spec?.exempt) fill(spec.exempt, { nominalConcurrencyShares: 0, lendablePercent: 0 });
  if (!spec?.limited) return;
  fill(spec.limited, { nominalConcurrencyShares: 30, lendablePercent: 0 });
  const queuing = spec.limited.limitResponse?.queuing;
  if (queuing) fillZero(queuing, { queues: 64, handSize: 8, queueLengthLimit: 50 });
}
