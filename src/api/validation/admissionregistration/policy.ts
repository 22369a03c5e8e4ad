import type {
  AuditAnnotation,
  MutatingAdmissionPolicy,
  Mutation,
  ParamKind,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
  Validation,
  Variable,
} from '../../schema/generated/types/admissionregistration-v1.ts';
import { duplicates, type Errors, each, oneOf, requiredOneOf, requiredText } from '../common.ts';
import { validateConditions } from '../conditions.ts';
import { invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1035Label, isDns1123Subdomain, isQualifiedName } from '../format.ts';
import { validateMatchConditions, validateMatchResources } from './match.ts';

const maxAuditAnnotations = 20;
const maxValueExpressionBytes = 5 * 1024;
const failurePolicies = ['Fail', 'Ignore'];
const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];

/** A policy after defaulting. That expressions compile is seen where there is an engine for it. */
export function validateValidatingAdmissionPolicy({ metadata, spec = {} }: ValidatingAdmissionPolicy): Errors {
  return [
    ...validateCommon(spec),
    ...each(spec.validations, 'spec.validations', validateValidation),
    ...validateContent(spec, metadata.name ?? ''),
  ];
}

type CommonSpec = Pick<
  ValidatingAdmissionPolicySpec,
  'failurePolicy' | 'paramKind' | 'matchConstraints' | 'matchConditions' | 'variables'
>;

/** What both sorts of policies have. */
function validateCommon(spec: CommonSpec): Errors {
  const { paramKind, matchConstraints } = spec;
  const here = 'spec.matchConstraints';
  const errors = [
    ...requiredOneOf(spec.failurePolicy, 'spec.failurePolicy', failurePolicies),
    ...(paramKind ? validateParamKind(paramKind, 'spec.paramKind') : []),
    ...(matchConstraints ? validateMatchResources(matchConstraints, here) : [required(here)]),
  ];
  if (matchConstraints && !matchConstraints.resourceRules?.length) errors.push(required(`${here}.resourceRules`));
  return [
    ...errors,
    ...validateMatchConditions(spec.matchConditions, 'spec.matchConditions'),
    ...each(spec.variables, 'spec.variables', validateVariable),
  ];
}

function validateParamKind({ apiVersion = '', kind = '' }: ParamKind, path: string): Errors {
  const errors: Errors = [];
  const here = `${path}.apiVersion`;
  const parts = apiVersion.split('/');
  const version = parts.at(-1) ?? '';
  if (apiVersion === '') errors.push(required(here));
  else if (parts.length > 2)
    errors.push(invalidValue(here, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    const group = parts.length === 2 ? (parts[0] ?? '') : '';
    if (group) errors.push(...joined(here, group, isDns1123Subdomain(group)));
    if (version === '') errors.push(invalidValue(here, apiVersion, 'version must be specified'));
    else errors.push(...joined(here, version, isDns1035Label(version)));
  }
  if (kind === '') return [...errors, required(`${path}.kind`)];
  const complaints = isDns1035Label(kind.toLowerCase());
  if (complaints.length > 0)
    errors.push(
      invalidValue(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${complaints.join(',')}`),
    );
  return errors;
}

function joined(path: string, value: string, complaints: readonly string[]): Errors {
  return complaints.length === 0 ? [] : [invalidValue(path, value, complaints.join(','))];
}

const reservedWords: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

function validateVariable({ name = '', expression = '' }: Variable, path: string): Errors {
  const isIdentifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !reservedWords.has(name);
  const errors: Errors = [];
  if (!name.trim()) errors.push(required(`${path}.name`, 'name is not specified'));
  else if (!isIdentifier) errors.push(invalidValue(`${path}.name`, name, 'name is not a valid CEL identifier'));
  return [...errors, ...requiredText(expression.trim(), `${path}.expression`, 'expression is not specified')];
}

function validateValidation(
  { expression = '', message = '', messageExpression = '', reason }: Validation,
  path: string,
): Errors {
  const errors = requiredText(expression.trim(), `${path}.expression`, 'expression is not specified');
  if (messageExpression && !messageExpression.trim())
    errors.push(invalidValue(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified'));
  if (message && !message.trim())
    errors.push(invalidValue(`${path}.message`, message, 'message must be non-empty if specified'));
  else if (/[\r\n]/.test(message.trim()))
    errors.push(invalidValue(`${path}.message`, message, 'message must not contain line breaks'));
  return [...errors, ...oneOf(reason, `${path}.reason`, reasons)];
}

/** A policy says something: rules or notes for the audit log. */
function validateContent(
  { validations = [], auditAnnotations = [] }: ValidatingAdmissionPolicySpec,
  name: string,
): Errors {
  const here = 'spec.auditAnnotations';
  const detail = 'validations or auditAnnotations must contain at least one item';
  if (validations.length + auditAnnotations.length === 0)
    return [required('spec.validations', detail), required(here, detail)];
  const errors: Errors =
    auditAnnotations.length > maxAuditAnnotations
      ? [invalidValue(here, auditAnnotations, `must not have more than ${maxAuditAnnotations} auditAnnotations`)]
      : [];
  return [
    ...errors,
    ...each(auditAnnotations, here, (annotation, path) => validateAuditAnnotation(annotation, path, name)),
    ...duplicates(
      auditAnnotations,
      ({ key }) => key,
      (at) => `${here}[${at}].key`,
    ),
  ];
}

function validateAuditAnnotation(
  { key = '', valueExpression = '' }: AuditAnnotation,
  path: string,
  name: string,
): Errors {
  const fullKey = name ? `${name}/${key}` : key;
  const errors = invalidFormat(`${path}.key`, fullKey, isQualifiedName(fullKey));
  const here = `${path}.valueExpression`;
  if (!valueExpression.trim()) errors.push(required(here, 'valueExpression is not specified'));
  else if (valueExpression.trim().length > maxValueExpressionBytes)
    errors.push(required(here, `must not exceed ${maxValueExpressionBytes} bytes in length`));
  return errors;
}

export function validateMutatingAdmissionPolicy({ spec = {} }: MutatingAdmissionPolicy): Errors {
  const { mutations = [], reinvocationPolicy } = spec;
  return [
    ...validateCommon(spec),
    ...(mutations.length === 0
      ? [required('spec.mutations', 'mutations must contain at least one item')]
      : each(mutations, 'spec.mutations', validateMutation)),
    ...requiredOneOf(reinvocationPolicy, 'spec.reinvocationPolicy', ['IfNeeded', 'Never']),
  ];
}

const forms = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;

function validateMutation(mutation: Mutation, path: string): Errors {
  const { patchType } = mutation;
  if (!patchType) return [required(`${path}.patchType`)];
  if (patchType !== 'ApplyConfiguration' && patchType !== 'JSONPatch')
    return [notSupported(`${path}.patchType`, patchType, Object.keys(forms))];
  const wanted = forms[patchType];
  const other = wanted === 'jsonPatch' ? 'applyConfiguration' : 'jsonPatch';
  const errors: Errors = [];
  const form = mutation[wanted];
  if (!form) errors.push(required(`${path}.${wanted}`, `must be specified when patchType is ${patchType}`));
  else
    errors.push(
      ...requiredText(form.expression?.trim(), `${path}.${wanted}.expression`, 'expression is not specified'),
    );
  if (mutation[other])
    errors.push(invalidValue(`${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`));
  return errors;
}

/** What the controller that checks types has found. */
export function validateValidatingAdmissionPolicyStatus({ status }: ValidatingAdmissionPolicy): Errors {
  return [
    ...each(status?.typeChecking?.expressionWarnings, 'status.typeChecking.expressionWarnings', (one, path) => [
      ...requiredText(one.warning, `${path}.warning`),
      ...requiredText(one.fieldRef, `${path}.fieldRef`),
    ]),
    ...validateConditions(status?.conditions, 'status.conditions'),
  ];
}
