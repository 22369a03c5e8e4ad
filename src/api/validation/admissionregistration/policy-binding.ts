import type {
  MutatingAdmissionPolicyBinding,
  ParamRef,
  ValidatingAdmissionPolicyBinding,
} from '../../schema/generated/types/admissionregistration-v1.ts';
import { type Errors, requiredFormat, requiredOneOf } from '../common.ts';
import { duplicate, forbidden, invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1123Subdomain, isPathSegmentName } from '../format.ts';
import { validateLabelSelector } from '../label-selector.ts';
import { validateMatchResources } from './match.ts';

const actions = ['Audit', 'Deny', 'Warn'];

export function validateMutatingAdmissionPolicyBinding({ spec = {} }: MutatingAdmissionPolicyBinding): Errors {
  return [
    ...requiredFormat(spec.policyName, 'spec.policyName', isDns1123Subdomain),
    ...(spec.paramRef ? validateParamRef(spec.paramRef, 'spec.paramRef') : []),
    ...validateMatchResources(spec.matchResources, 'spec.matchResources'),
  ];
}

export function validateValidatingAdmissionPolicyBinding(binding: ValidatingAdmissionPolicyBinding): Errors {
  return [
    ...validateMutatingAdmissionPolicyBinding(binding as MutatingAdmissionPolicyBinding),
    ...validateActions(binding.spec?.validationActions ?? [], 'spec.validationActions'),
  ];
}

function validateParamRef({ name, selector, parameterNotFoundAction }: ParamRef, path: string): Errors {
  const errors: Errors = [];
  const both = 'name and selector are mutually exclusive';
  if (name) errors.push(...invalidFormat(`${path}.name`, name, isPathSegmentName(name)));
  if (name && selector) errors.push(forbidden(`${path}.name`, both));
  errors.push(...validateLabelSelector(selector, `${path}.selector`));
  if (name && selector) errors.push(forbidden(`${path}.selector`, both));
  if (!name && !selector) errors.push(required(path, 'one of name or selector must be specified'));
  return [...errors, ...requiredOneOf(parameterNotFoundAction, `${path}.parameterNotFoundAction`, ['Deny', 'Allow'])];
}

function validateActions(list: readonly string[], path: string): Errors {
  if (list.length === 0) return [required(path, 'at least one validation action is required')];
  const seen = new Set<string>();
  const errors: Errors = list.flatMap((action, at) => {
    const found: Errors = actions.includes(action) ? [] : [notSupported(`${path}[${at}]`, action, actions)];
    if (seen.has(action)) found.push(duplicate(`${path}[${at}]`, action));
    seen.add(action);
    return found;
  });
  if (seen.has('Deny') && seen.has('Warn'))
    errors.push(
      invalidValue(
        path,
        list,
        'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ),
    );
  return errors;
}
