import { type Draft, draftOf } from '../object.ts';
import type { CustomResourceDefinition } from '../schema/generated/types/apiextensions-v1.ts';

export function prepareNewDefinition(definition: Draft<CustomResourceDefinition>): void {
  definition.status = { storedVersions: storageVersions(definition) };
}

/** Every version in which objects may have been stored is remembered, until somebody migrates them. */
export function prepareDefinitionUpdate(
  definition: Draft<CustomResourceDefinition>,
  { status }: CustomResourceDefinition,
): void {
  const storedVersions = [...new Set([...(status?.storedVersions ?? []), ...storageVersions(definition)])];
  definition.status = { ...draftOf(status ?? {}), storedVersions };
}

function storageVersions({ spec }: Draft<CustomResourceDefinition>): string[] {
  return (spec?.versions ?? []).filter(({ storage }) => storage).map(({ name }) => name);
}
