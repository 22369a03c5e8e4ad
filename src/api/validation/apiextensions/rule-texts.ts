/** What stands beside the expressions of `x-kubernetes-validations`; the expressions are checked where they are compiled. */
import type { JSONSchemaProps, ValidationRule } from '../../schema/generated/types/apiextensions-v1.ts';
import type { Errors } from '../common.ts';
import { invalidValue, notSupported, required } from '../field-error.ts';
import { fieldAt } from './field-at.ts';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

export function ruleTextFaults(schema: JSONSchemaProps, path: string): Errors {
  return (schema['x-kubernetes-validations'] ?? []).flatMap((rule, at) => {
    const here = `${path}.x-kubernetes-validations[${at}]`;
    return [...messageFaults(rule, here), ...fieldFaults(rule, schema, here)];
  });
}

const isBlank = (text: string | undefined) => text !== undefined && text !== '' && text.trim() === '';
const hasLines = (text: string) => /[\n\r]/.test(text);

function messageFaults({ rule = '', message = '', messageExpression = '' }: ValidationRule, here: string): Errors {
  const errors: Errors = [];
  const field = `${here}.message`;
  if (rule.trim() === '') errors.push(required(`${here}.rule`, 'rule is not specified'));
  else if (isBlank(message)) errors.push(invalidValue(field, message, 'message must be non-empty if specified'));
  else if (hasLines(message.trim())) errors.push(invalidValue(field, message, 'message must not contain line breaks'));
  else if (hasLines(rule.trim()) && message.trim() === '')
    errors.push(required(field, 'message must be specified if rule contains line breaks'));
  if (isBlank(messageExpression))
    errors.push(required(`${here}.messageExpression`, 'messageExpression must be non-empty if specified'));
  return errors;
}

function fieldFaults({ reason, fieldPath = '' }: ValidationRule, schema: JSONSchemaProps, here: string): Errors {
  const errors: Errors = [];
  const field = `${here}.fieldPath`;
  if (reason !== undefined && !reasons.includes(reason)) errors.push(notSupported(`${here}.reason`, reason, reasons));
  if (fieldPath === '') return errors;
  if (isBlank(fieldPath)) errors.push(invalidValue(field, fieldPath, 'fieldPath must be non-empty if specified'));
  if (hasLines(fieldPath)) errors.push(invalidValue(field, fieldPath, 'fieldPath must not contain line breaks'));
  if (typeof fieldAt(fieldPath, schema) === 'string')
    errors.push(invalidValue(field, fieldPath, 'fieldPath must be a valid path'));
  return errors;
}
