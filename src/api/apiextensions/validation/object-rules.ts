import type { KubeObject } from '../../object.ts';
import type { CustomResourceDefinitionVersion } from '../../schema/generated/types/apiextensions-v1.ts';
import type { FieldError } from '../../status.ts';
import { invalidValue } from '../../validation/field-error.ts';
import type { ObjectRules } from '../custom-kind.ts';
import { parseJsonPath } from '../json-path.ts';
import { validateExtensions } from './list-types.ts';
import { validateSchema } from './schema-validator.ts';

/** Rules beyond the schema (CEL). Asked only of objects that are what the schema says. */
export interface ExpressionRules {
  check(object: KubeObject, old: KubeObject | undefined): readonly FieldError[];
}

/** The rules that objects of a version keep. */
export function objectRules(version: CustomResourceDefinitionVersion, expressions?: ExpressionRules): ObjectRules {
  const schema = version.schema?.openAPIV3Schema;
  if (!schema) return { create: () => [], update: () => [] };
  const finish = (errors: readonly FieldError[], object: KubeObject, old?: KubeObject) => {
    const all = [...errors, ...scaleFaults(version, object)];
    if (!expressions) return all;
    if (all.some(({ type }) => blocking.has(type))) return [...all, notChecked];
    return [...all, ...expressions.check(object, old)];
  };
  return {
    create: (object) => finish([...validateSchema(schema, object), ...validateExtensions(schema, object)], object),
    update(object, old) {
      // Duplicates that have been there before may stay.
      const lists = validateExtensions(schema, old).length === 0 ? validateExtensions(schema, object) : [];
      return finish([...validateSchema(schema, object, { value: old }), ...lists], object, old);
    },
  };
}

/** Faults after which a rule might fail for reasons that are not its own. */
const blocking: ReadonlySet<FieldError['type']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const notChecked: FieldError = invalidValue(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
);

function scaleFaults({ subresources }: CustomResourceDefinitionVersion, object: KubeObject): readonly FieldError[] {
  const { scale } = subresources ?? {};
  if (!scale) return [];
  return [scale.specReplicasPath, scale.statusReplicasPath].flatMap((jsonPath) => {
    const [count] = parseJsonPath(jsonPath).find(object);
    const field = jsonPath.replace(/^\./, '');
    return typeof count === 'number' && count < 0
      ? [invalidValue(field, count, 'should be a non-negative integer')]
      : [];
  });
}
