import type { ServiceAccount } from '../../schema/generated/types/core-v1.ts';
import { type Errors, each, requiredText } from '../common.ts';

export function validateServiceAccount({ imagePullSecrets }: ServiceAccount): Errors {
  return each(imagePullSecrets, 'imagePullSecrets', ({ name }, here) => requiredText(name, `${here}.name`));
}
