import type { ControllerRevision } from '../../schema/generated/types/apps-v1.ts';
import { type Errors, immutable, notNegative } from '../common.ts';
import { required } from '../field-error.ts';

export function validateControllerRevision({ data, revision }: ControllerRevision): Errors {
  return [
    ...(data === undefined || data === null ? [required('data', 'data is mandatory')] : []),
    ...notNegative(revision, 'revision'),
  ];
}

/** History does not change: only its number may grow. */
export function validateControllerRevisionUpdate({ data }: ControllerRevision, old: ControllerRevision): Errors {
  return immutable(data, old.data, 'data');
}
