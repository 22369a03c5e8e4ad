import { dyn, objectOf, type Type } from '../../../api/cel/types/type.ts';
import type { KubeObject } from '../../../api/object.ts';
import type {
  MatchCondition,
  MutatingAdmissionPolicy,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
} from '../../../api/schema/generated/types/admissionregistration-v1.ts';
import { type FieldError, invalid } from '../../../api/status.ts';
import { invalidValue } from '../../../api/validation/field-error.ts';
import type { AdmissionPlugin } from '../../contract.ts';
import { Expressions } from './expressions.ts';
import { conditionVariables, policyVariables } from './seen.ts';

/** Expressions that cannot be used are refused when they are written: the engine is loaded for them only. */
export const checkedExpressions: AdmissionPlugin = {
  name: 'CheckedExpressions',
  handles: ({ kind, operation, subresource }) =>
    kind.group === 'admissionregistration.k8s.io' &&
    subresource === '' &&
    (operation === 'CREATE' || operation === 'UPDATE') &&
    !kind.plural.endsWith('bindings'),
  async validate({ kind, ref }, object) {
    const fields = object ? expressionsIn(object) : [];
    if (fields.length === 0) return;
    // Each variable knows those before it.
    const known: Record<string, Type> = {};
    const [conditions, policy] = await Promise.all([
      Expressions.load(conditionVariables),
      Expressions.load({ ...policyVariables, variables: objectOf('kubernetes.variables', known) }),
    ]);
    const errors = fields.flatMap(({ path, expression, results, variable }): FieldError[] => {
      const type = (path.startsWith('webhooks') ? conditions : policy).typeOf(expression);
      if (variable !== undefined) known[variable] = typeof type === 'string' ? dyn : type;
      if (typeof type === 'string') return [invalidValue(path, expression, type)];
      if (!results || type.kind === 'dyn' || results.includes(type.kind)) return [];
      const wanted = results.length === 1 ? results[0] : `one of [${results.join(' ')}]`;
      return [invalidValue(path, expression, `must evaluate to ${wanted}`)];
    });
    if (errors.length > 0) throw invalid(kind, ref.name, errors);
  },
};

interface Field {
  readonly path: string;
  readonly expression: string;
  /** What it may give. Absent: anything. */
  readonly results?: readonly Type['kind'][];
  /** The name under which later expressions find what it gives. */
  readonly variable?: string;
}

function conditionsIn(conditions: readonly MatchCondition[] = [], below: string): Field[] {
  return conditions.map(({ expression }, at) => ({
    path: `${below}.matchConditions[${at}].expression`,
    expression,
    results: ['bool'],
  }));
}

function expressionsIn(object: KubeObject): Field[] {
  const { webhooks } = object as MutatingWebhookConfiguration;
  if (webhooks) return webhooks.flatMap(({ matchConditions }, at) => conditionsIn(matchConditions, `webhooks[${at}]`));
  const { validations = [], auditAnnotations = [] } = (object as ValidatingAdmissionPolicy).spec ?? {};
  const { variables = [], matchConditions, mutations = [] } = (object as MutatingAdmissionPolicy).spec ?? {};
  const fields: Field[] = conditionsIn(matchConditions, 'spec');
  const add = (path: string, expression: string | undefined, more: Omit<Field, 'path' | 'expression'> = {}) => {
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
