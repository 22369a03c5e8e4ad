import type { ObjectRules } from '../../api/apiextensions/custom-kind.ts';
import type { CustomResourceDefinitionVersion } from '../../api/schema/generated/types/apiextensions-v1.ts';

/** What must hold for the objects of each version. */
export async function rulesOf(
  _versions: readonly CustomResourceDefinitionVersion[],
): Promise<(version: CustomResourceDefinitionVersion) => ObjectRules> {
  return () => ({ create: () => [], update: () => [] });
}
