import type { IngressClass } from '../../schema/generated/types/networking-v1.ts';
import { type Errors, immutable, requiredOneOf, requiredText } from '../common.ts';
import { forbidden, invalidFormat, required, tooLong } from '../field-error.ts';
import { isDomainPrefixedPath } from '../format.ts';

const maxControllerLength = 250;

export function validateIngressClass({ spec }: IngressClass): Errors {
  const { controller = '', parameters } = spec ?? {};
  const errors: Errors = [];
  if (controller.length > maxControllerLength) errors.push(tooLong('spec.controller', maxControllerLength));
  if (controller) errors.push(...invalidFormat('spec.controller', controller, isDomainPrefixedPath(controller)));
  if (!parameters) return errors;
  const here = 'spec.parameters';
  errors.push(
    ...requiredText(parameters.kind, `${here}.kind`),
    ...requiredText(parameters.name, `${here}.name`),
    ...requiredOneOf(parameters.scope, `${here}.scope`, ['Cluster', 'Namespace']),
  );
  if (parameters.scope === 'Namespace' && !parameters.namespace)
    errors.push(required(`${here}.namespace`, "`parameters.scope` is set to 'Namespace'"));
  if (parameters.scope === 'Cluster' && parameters.namespace !== undefined)
    errors.push(forbidden(`${here}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  return errors;
}

export function validateIngressClassUpdate({ spec }: IngressClass, old: IngressClass): Errors {
  return immutable(spec?.controller, old.spec?.controller, 'spec.controller');
}
