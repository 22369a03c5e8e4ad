import type { ObjectRules } from '../../api/apiextensions/custom-kind.ts';
import type { CustomResourceDefinitionVersion } from '../../api/schema/generated/types/apiextensions-v1.ts';

/** What must hold for the objects of each version. Validation and its expressions are loaded with the first definition. */
export async function rulesOf(): Promise<(version: CustomResourceDefinitionVersion) => ObjectRules> {
  const { objectRules } = await import('../../api/apiextensions/validation/object-rules.ts');
  return (version) => objectRules(version);
}
