import { ApiError } from '../status.ts';
import { type FieldTree, pathsOf } from './field-set.ts';
import type { Manager } from './managers.ts';

export interface ManagerConflict {
  readonly manager: Manager;
  readonly fields: FieldTree;
}

/** 409 as upstream words it, with one cause for each field. */
export function applyConflict(conflicts: readonly ManagerConflict[]): ApiError {
  const groups = conflicts
    .map(({ manager, fields }) => ({ name: describe(manager), paths: pathsOf(fields).sort() }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const causes = groups.flatMap(({ name, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${name}`, field })),
  );
  const [only] = causes;
  const message =
    causes.length === 1 && only
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
      : `Apply failed with ${causes.length} conflicts: ${groups
          .map(({ name, paths }) => `conflicts with ${name}:\n${paths.map((path) => `- ${path}`).join('\n')}`)
          .join('\n')}`;
  return new ApiError('Conflict', message, { causes });
}

function describe({ manager, subresource, operation, apiVersion }: Manager): string {
  const name = subresource
    ? `${JSON.stringify(manager)} with subresource ${JSON.stringify(subresource)}`
    : JSON.stringify(manager);
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
