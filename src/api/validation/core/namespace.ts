import type { Namespace } from '../../schema/generated/types/core-v1.ts';
import type { Errors } from '../common.ts';
import { invalidValue } from '../field-error.ts';
import { validateFinalizers } from '../object-meta.ts';

export function validateNamespace({ spec }: Namespace): Errors {
  return validateFinalizers(spec?.finalizers, 'spec.finalizers');
}

/** A namespace is Terminating when it is being deleted, and Active until then. */
export function validateNamespaceStatus({ metadata, status }: Namespace): Errors {
  const phase = status?.phase ?? '';
  const wanted = metadata.deletionTimestamp ? 'Terminating' : 'Active';
  if (phase === wanted) return [];
  const state = metadata.deletionTimestamp ? 'not empty' : 'empty';
  return [invalidValue('status.Phase', phase, `may only be '${wanted}' if \`deletionTimestamp\` is ${state}`)];
}
