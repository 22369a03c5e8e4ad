import type { RuntimeClass } from '../../schema/generated/types/node-v1.ts';
import { type Errors, immutable, quantity, requiredFormat } from '../common.ts';
import { validateTolerations } from '../core/pod/scheduling.ts';
import { isDns1123Label } from '../format.ts';
import { validateLabels } from '../object-meta.ts';

export function validateRuntimeClass({ handler, overhead, scheduling }: RuntimeClass): Errors {
  return [
    ...requiredFormat(handler, 'handler', isDns1123Label),
    ...Object.entries(overhead?.podFixed ?? {}).flatMap(([name, amount]) =>
      quantity(amount, `overhead.podFixed[${name}]`),
    ),
    ...validateLabels(scheduling?.nodeSelector, 'scheduling.nodeSelector'),
    ...validateTolerations(scheduling?.tolerations, 'scheduling.tolerations'),
  ];
}

export function validateRuntimeClassUpdate({ handler }: RuntimeClass, old: RuntimeClass): Errors {
  return immutable(handler, old.handler, 'handler');
}
