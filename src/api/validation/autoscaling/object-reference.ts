import type { CrossVersionObjectReference } from '../../schema/generated/types/autoscaling-v2.ts';
import { type Errors, requiredFormat } from '../common.ts';
import { isPathSegmentName } from '../format.ts';

/** What an autoscaler scales or looks at, by kind and name. */
export function objectReference(ref: CrossVersionObjectReference | undefined, path: string): Errors {
  return [
    ...requiredFormat(ref?.kind, `${path}.kind`, isPathSegmentName),
    ...requiredFormat(ref?.name, `${path}.name`, isPathSegmentName),
  ];
}
