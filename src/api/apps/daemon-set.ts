import { kind } from '../kind.ts';
import type { DaemonSet } from '../schema/generated/types/apps-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { statusSubresource } from '../subresources.ts';

export const daemonSet = kind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.apps.v1.DaemonSet'),
  generation: true,
  subresources: { status: statusSubresource },
});
