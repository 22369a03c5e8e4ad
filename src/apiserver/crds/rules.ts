import type { ObjectRules } from '../../api/apiextensions/custom-kind.ts';
import { hasExpressions } from '../../api/apiextensions/expressions/has-rules.ts';
import type { CustomResourceDefinitionVersion } from '../../api/schema/generated/types/apiextensions-v1.ts';

/**
 * What must hold for the objects of each of these versions. Validation is loaded with the first definition, CEL with the
 * first expression.
 */
export async function rulesOf(
  versions: readonly CustomResourceDefinitionVersion[],
): Promise<(version: CustomResourceDefinitionVersion) => ObjectRules> {
  const { objectRules } = await import('../../api/apiextensions/validation/object-rules.ts');
  if (!versions.some(({ schema }) => hasExpressions(schema?.openAPIV3Schema))) return (version) => objectRules(version);
  const { expressionRules } = await import('../../api/apiextensions/expressions/rules.ts');
  return (version) => objectRules(version, expressionRules(version.schema?.openAPIV3Schema));
}
