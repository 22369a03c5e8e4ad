import type { Type } from '../../cel/types/type.ts';
import type { KubeObject } from '../../object.ts';
import type {
  MatchCondition,
  MutatingAdmissionPolicy,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
} from '../../schema/generated/types/admissionregistration-v1.ts';

/** An expression, and where it stands. */
export interface ExpressionField {
  readonly path: string;
  readonly expression: string;
  /** What it may give. Absent: anything. */
  readonly results?: readonly Type['kind'][];
  /** The name under which later expressions find what it gives. */
  readonly variable?: string;
}

function conditionsIn(conditions: readonly MatchCondition[] = [], below: string): ExpressionField[] {
  return conditions.map(({ expression }, at) => ({
    path: `${below}.matchConditions[${at}].expression`,
    expression,
    results: ['bool'],
  }));
}

/** All expressions of a policy or of a configuration of webhooks. */
export function expressionsIn(object: KubeObject): ExpressionField[] {
  const { webhooks } = object as MutatingWebhookConfiguration;
  if (webhooks) return webhooks.flatMap(({ matchConditions }, at) => conditionsIn(matchConditions, `webhooks[${at}]`));
  const { validations = [], auditAnnotations = [] } = (object as ValidatingAdmissionPolicy).spec ?? {};
  const { variables = [], matchConditions, mutations = [] } = (object as MutatingAdmissionPolicy).spec ?? {};
  const fields: ExpressionField[] = conditionsIn(matchConditions, 'spec');
  const add = (
    path: string,
    expression: string | undefined,
    more: Omit<ExpressionField, 'path' | 'expression'> = {},
  ) => {
    if (expression) fields.push({ path, expression, ...more });
  };
  for (const [at, { name, expression }] of variables.entries())
    add(`spec.variables[${at}].expression`, expression, { variable: name });
  for (const [at, { expression, messageExpression }] of validations.entries()) {
    add(`spec.validations[${at}].expression`, expression, { results: ['bool'] });
    add(`spec.validations[${at}].messageExpression`, messageExpression, { results: ['string'] });
  }
  for (const [at, { valueExpression }] of auditAnnotations.entries())
    add(`spec.auditAnnotations[${at}].valueExpression`, valueExpression, { results: ['string', 'null'] });
  for (const [at, { applyConfiguration, jsonPatch }] of mutations.entries()) {
    add(`spec.mutations[${at}].applyConfiguration.expression`, applyConfiguration?.expression);
    add(`spec.mutations[${at}].jsonPatch.expression`, jsonPatch?.expression);
  }
  return fields;
}
