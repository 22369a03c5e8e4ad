import { kind } from '../kind.ts';
import type { ControllerRevision } from '../schema/generated/types/apps-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const controllerRevision = kind<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.apps.v1.ControllerRevision'),
});
