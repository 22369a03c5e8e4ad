import { ageColumn, column, nameColumn } from '../columns.ts';
import { timeSince } from '../duration.ts';
import type { Column } from '../kind.ts';
import type { Pod } from '../schema/generated/types/core-v1.ts';
import { summarizePod } from './pod-summary.ts';

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  column(
    'Ready',
    (pod) => {
      const { readyContainers, totalContainers } = summarizePod(pod);
      return `${readyContainers}/${totalContainers}`;
    },
    { description: 'Containers that are ready, of all that keep running.' },
  ),
  column('Status', (pod) => summarizePod(pod).reason, {
    description: 'What the containers of the pod are doing, in one word.',
  }),
  column(
    'Restarts',
    (pod, nowMs) => {
      const { restarts, lastRestart } = summarizePod(pod);
      return restarts > 0 && lastRestart ? `${restarts} (${timeSince(lastRestart, nowMs)} ago)` : String(restarts);
    },
    { description: 'How often containers of the pod were started again, and when last.' },
  ),
  ageColumn,
  column('IP', (pod) => pod.status?.podIPs?.[0]?.ip || '<none>', {
    wide: true,
    description: 'First address of the pod.',
  }),
  column('Node', (pod) => pod.spec?.nodeName || '<none>', {
    wide: true,
    description: 'The node that the pod is bound to.',
  }),
  column('Nominated Node', (pod) => pod.status?.nominatedNodeName || '<none>', {
    wide: true,
    description: 'The node on which the scheduler makes room for the pod.',
  }),
  column('Readiness Gates', readinessGates, { wide: true, description: 'Readiness gates that are true, of all.' }),
];

function readinessGates({ spec, status }: Pod): string {
  const gates = spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const open = gates.filter(
    ({ conditionType }) => status?.conditions?.find(({ type }) => type === conditionType)?.status === 'True',
  );
  return `${open.length}/${gates.length}`;
}
