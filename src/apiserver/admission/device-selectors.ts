import { deviceClass } from '../../api/resource/device-class.ts';
import { deviceExpressionsIn, deviceVariables } from '../../api/resource/device-expressions.ts';
import { resourceClaim } from '../../api/resource/resource-claim.ts';
import { resourceClaimTemplate } from '../../api/resource/resource-claim-template.ts';
import { type FieldError, invalid } from '../../api/status.ts';
import { invalidValue } from '../../api/validation/field-error.ts';
import type { AdmissionPlugin } from '../contract.ts';

const plurals = new Set([deviceClass, resourceClaim, resourceClaimTemplate].map(({ plural }) => plural));

/** Expressions that choose devices are refused when they cannot be used: the engine is loaded for them only. */
export const deviceSelectors: AdmissionPlugin = {
  name: 'DeviceSelectors',
  handles: ({ kind, operation, subresource }) =>
    kind.group === deviceClass.group &&
    subresource === '' &&
    (operation === 'CREATE' || operation === 'UPDATE') &&
    plurals.has(kind.plural),
  async validate({ kind, ref, old }, object) {
    const known = new Set((old ? deviceExpressionsIn(old) : []).map(({ expression }) => expression));
    const fields = (object ? deviceExpressionsIn(object) : []).filter(({ expression }) => !known.has(expression));
    if (fields.length === 0) return;
    const { CelCompileError, compile } = await import('../../api/cel/program.ts');
    const { formatType } = await import('../../api/cel/types/type.ts');
    const errors: FieldError[] = [];
    for (const { path, expression } of fields) {
      try {
        const { type } = compile(expression, deviceVariables);
        if (type.kind === 'bool' || type.kind === 'dyn') continue;
        const message = `must evaluate to bool or the unknown type, not ${formatType(type)}`;
        errors.push(invalidValue(path, expression, message));
      } catch (error) {
        if (!(error instanceof CelCompileError)) throw error;
        errors.push(invalidValue(path, expression, error.message));
      }
    }
    if (errors.length > 0) throw invalid(kind, ref.name, errors);
  },
};
