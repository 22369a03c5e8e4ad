import { tolerates } from '../../api/core/node-selection.ts';
import type { SchedulerPlugin } from '../plugin.ts';

const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Cordoned nodes take only pods that tolerate it. */
export const nodeUnschedulable: SchedulerPlugin = {
  name: 'NodeUnschedulable',
  wakesOn: ['node-changed'],
  prepare(pod) {
    if (pod.spec?.tolerations?.some((toleration) => tolerates(toleration, cordon))) return undefined;
    return { filter: ({ node }) => (node.spec?.unschedulable ? ['node(s) were unschedulable'] : undefined) };
  },
};
