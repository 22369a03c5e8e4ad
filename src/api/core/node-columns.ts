import { ageColumn, column, nameColumn } from '../columns.ts';
import type { Column } from '../kind.ts';
import type { Node } from '../schema/generated/types/core-v1.ts';

export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  column('Status', nodeStatus, { description: 'Whether the node is ready and takes pods.' }),
  column('Roles', (node) => nodeRoles(node).join(',') || '<none>', { description: 'From the labels of the node.' }),
  ageColumn,
  column('Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? '', {
    description: 'Version of the node agent.',
  }),
  column('Internal-IP', (node) => addressOf(node, 'InternalIP'), {
    wide: true,
    description: 'First address inside the cluster.',
  }),
  column('External-IP', (node) => addressOf(node, 'ExternalIP'), {
    wide: true,
    description: 'First address outside the cluster.',
  }),
  column('OS-Image', ({ status }) => status?.nodeInfo?.osImage || '<unknown>', {
    wide: true,
    description: 'Operating system of the node.',
  }),
  column('Kernel-Version', ({ status }) => status?.nodeInfo?.kernelVersion || '<unknown>', {
    wide: true,
    description: 'Kernel of the node.',
  }),
  column('Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>', {
    wide: true,
    description: 'Container runtime of the node, with its version.',
  }),
];

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const word = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable ? `${word},SchedulingDisabled` : word;
}

const rolePrefix = 'node-role.kubernetes.io/';

function nodeRoles({ metadata }: Node): readonly string[] {
  const roles = Object.entries(metadata.labels ?? {}).map(([key, value]) => {
    if (key.startsWith(rolePrefix)) return key.slice(rolePrefix.length);
    return key === 'kubernetes.io/role' ? value : '';
  });
  return [...new Set(roles)].filter(Boolean).sort();
}

function addressOf({ status }: Node, wanted: string): string {
  return status?.addresses?.find(({ type }) => type === wanted)?.address ?? '<none>';
}
