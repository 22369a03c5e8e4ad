import type { Namespace } from '../../schema/generated/types/core-v1.ts';
import type { Errors } from '../common.ts';
import { validateFinalizers } from '../object-meta.ts';

export function validateNamespace({ spec }: Namespace): Errors {
  return validateFinalizers(spec?.finalizers, 'spec.finalizers');
}
