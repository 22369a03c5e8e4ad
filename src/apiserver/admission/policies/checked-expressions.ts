import { expressionsIn } from '../../../api/admissionregistration/expressions/fields.ts';
import { conditionVariables, policyVariables } from '../../../api/admissionregistration/expressions/variables.ts';
import { invalid } from '../../../api/status.ts';
import { invalidValue } from '../../../api/validation/field-error.ts';
import type { AdmissionPlugin } from '../../contract.ts';

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
    const { faultsOf } = await import('../../../api/admissionregistration/expressions/check.ts');
    const variables = kind.plural.endsWith('webhookconfigurations') ? conditionVariables : policyVariables;
    const errors = faultsOf(fields, variables).map(({ path, expression, message }) =>
      invalidValue(path, expression, message),
    );
    if (errors.length > 0) throw invalid(kind, ref.name, errors);
  },
};
