import { customResourceDefinition } from '../../api/apiextensions/custom-resource-definition.ts';
import { expressionsIn, hasExpressions } from '../../api/apiextensions/expressions/has-rules.ts';
import type { CustomResourceDefinition, JSONSchemaProps } from '../../api/schema/generated/types/apiextensions-v1.ts';
import { type FieldError, invalid } from '../../api/status.ts';
import { placesOf } from '../../api/validation/apiextensions/versions.ts';
import { invalidValue } from '../../api/validation/field-error.ts';
import type { AdmissionPlugin } from '../contract.ts';

/**
 * Refuses definitions whose patterns, defaults or expressions cannot be used. Not a rule of the kind, as what compiles them
 * is loaded only when there is a definition.
 */
export const definitionAdmission: AdmissionPlugin = {
  name: 'CustomResourceDefinition',
  handles: ({ kind, operation, subresource }) =>
    kind.plural === customResourceDefinition.plural &&
    kind.group === customResourceDefinition.group &&
    subresource === '' &&
    (operation === 'CREATE' || operation === 'UPDATE'),
  async validate({ old }, object) {
    const definition = object as CustomResourceDefinition;
    const before = (old as CustomResourceDefinition | undefined)?.metadata.generation;
    if (definition.metadata.deletionTimestamp || before === definition.metadata.generation) return;
    const { spec, metadata } = definition;
    const known = new Set(old ? (old as CustomResourceDefinition).spec.versions.flatMap(expressionsOf) : []);
    const isKnown = (expression: string) => known.has(expression);
    const errors: FieldError[] = [];
    const placeAt = placesOf(spec, 'schema');
    for (const [at, { schema }] of spec.versions.entries()) {
      const place = placeAt(at);
      const structural = schema?.openAPIV3Schema;
      if (place && structural) errors.push(...(await faultsOf(structural, `${place}.openAPIV3Schema`, isKnown)));
    }
    if (errors.length > 0) throw invalid(customResourceDefinition, metadata.name ?? '', errors);
  },
};

function expressionsOf({ schema }: CustomResourceDefinition['spec']['versions'][0]): readonly string[] {
  return schema?.openAPIV3Schema ? expressionsIn(schema.openAPIV3Schema) : [];
}

async function faultsOf(
  schema: JSONSchemaProps,
  path: string,
  isKnown: (expression: string) => boolean,
): Promise<readonly FieldError[]> {
  const { compileFaults } = await import('../../api/apiextensions/validation/compile-faults.ts');
  const errors = compileFaults(schema, path);
  if (!hasExpressions(schema)) return errors;
  const { examineRules } = await import('../../api/apiextensions/expressions/rules.ts');
  const { costErrors } = await import('../../api/apiextensions/expressions/costs.ts');
  const { faults, costs } = examineRules(schema);
  return [
    ...errors,
    ...faults.map(({ within, message, ...fault }) =>
      invalidValue(path + fault.path, fault.expression, within === undefined ? message : `${message} ${path}${within}`),
    ),
    ...costErrors(costs, path, isKnown),
  ];
}
