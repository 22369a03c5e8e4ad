import type { KubeObject } from '../../../api/object.ts';
import type {
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
    const [conditions, policy] = await Promise.all([
      Expressions.load(conditionVariables),
      Expressions.load(policyVariables),
    ]);
    const errors = fields.flatMap(([path, expression]): FieldError[] => {
      const fault = (path.startsWith('webhooks') ? conditions : policy).fault(expression);
      return fault === undefined ? [] : [invalidValue(path, expression, fault)];
    });
    if (errors.length > 0) throw invalid(kind, ref.name, errors);
  },
};

type Field = readonly [path: string, expression: string];

function expressionsIn(object: KubeObject): Field[] {
  const { webhooks } = object as MutatingWebhookConfiguration;
  if (webhooks)
    return webhooks.flatMap(({ matchConditions = [] }, at) =>
      matchConditions.map(
        ({ expression }, nth): Field => [`webhooks[${at}].matchConditions[${nth}].expression`, expression],
      ),
    );
  const { validations = [] } = (object as ValidatingAdmissionPolicy).spec ?? {};
  const { variables = [], matchConditions = [], mutations = [] } = (object as MutatingAdmissionPolicy).spec ?? {};
  return [
    ...matchConditions.map(({ expression }, at): Field => [`spec.matchConditions[${at}].expression`, expression]),
    ...variables.map(({ expression }, at): Field => [`spec.variables[${at}].expression`, expression]),
    ...validations.flatMap(({ expression, messageExpression }, at): Field[] => [
      [`spec.validations[${at}].expression`, expression],
      ...(messageExpression ? [[`spec.validations[${at}].messageExpression`, messageExpression] as Field] : []),
    ]),
    ...mutations.flatMap(({ applyConfiguration, jsonPatch }, at): Field[] => [
      ...(applyConfiguration?.expression
        ? [[`spec.mutations[${at}].applyConfiguration.expression`, applyConfiguration.expression] as Field]
        : []),
      ...(jsonPatch?.expression ? [[`spec.mutations[${at}].jsonPatch.expression`, jsonPatch.expression] as Field] : []),
    ]),
  ];
}
