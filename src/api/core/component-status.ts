import { column, nameColumn } from '../columns.ts';
import { kind } from '../kind.ts';
import type { ComponentStatus } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';

export const componentStatus = kind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  scope: 'Cluster',
  schema: () => schemaOf('io.k8s.api.core.v1.ComponentStatus'),
  verbs: ['get', 'list'],
  review: true,
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  columns: [
    nameColumn,
    column(
      'Status',
      (object) => (health(object)?.status === 'True' ? 'Healthy' : health(object) ? 'Unhealthy' : 'Unknown'),
      { description: 'Whether the component is healthy.' },
    ),
    column('Message', (object) => health(object)?.message ?? '', { description: 'What the component says of itself.' }),
    column('Error', (object) => health(object)?.error ?? '', { description: 'What went wrong when asking.' }),
  ],
});

function health({ conditions }: ComponentStatus) {
  return conditions?.find(({ type }) => type === 'Healthy');
}
