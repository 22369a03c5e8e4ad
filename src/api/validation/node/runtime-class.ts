import type { RuntimeClass } from '../../schema/generated/types/node-v1.ts';
import { type Errors, immutable, requiredFormat } from '../common.ts';
import { validateResources } from '../core/pod/resources.ts';
import { validateTolerations } from '../core/pod/scheduling.ts';
import { isDns1123Label } from '../format.ts';
import { validateLabels } from '../object-meta.ts';

export function validateRuntimeClass({ handler, overhead, scheduling }: RuntimeClass): Errors {
  return [
    ...requiredFormat(handler, 'handler', isDns1123Label),
    ...(overhead?.podFixed ? validateResources({ limits: overhead.podFixed }, 'overhead') : []),
    ...validateLabels(scheduling?.nodeSelector, 'scheduling.nodeSelector'),
    ...validateTolerations(scheduling?.tolerations, 'scheduling.tolerations'),
  ];
}

export function validateRuntimeClassUpdate({ handler }: RuntimeClass, old: RuntimeClass): Errors {
  return immutable(handler, old.handler, 'handler');
}
