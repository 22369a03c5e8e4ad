import { ageColumn, column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import { controllerOf } from '../object.ts';
import type { ControllerRevision } from '../schema/generated/types/apps-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import {
  validateControllerRevision,
  validateControllerRevisionUpdate,
} from '../validation/apps/controller-revision.ts';

export const controllerRevision = kind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.apps.v1.ControllerRevision'),
  columns: [
    nameColumn,
    column('Controller', controllerText, { description: 'The object whose history this is.' }),
    column('Revision', ({ revision }) => revision ?? 0, { description: 'Number of the revision.' }),
    ageColumn,
  ],
  validate: validateControllerRevision,
  validateUpdate: validateControllerRevisionUpdate,
});

/** `statefulset.apps/web`. */
function controllerText(revision: ControllerRevision): string {
  const owner = controllerOf(revision);
  if (!owner) return '<none>';
  const slash = owner.apiVersion.indexOf('/');
  const groupKind = slash < 0 ? owner.kind : `${owner.kind}.${owner.apiVersion.slice(0, slash)}`;
  return `${groupKind.toLowerCase()}/${owner.name}`;
}
