import { tolerates, untoleratedTaint } from '../../api/core/node-selection.ts';
import type { SchedulerPlugin } from '../plugin.ts';

/** Taints keep pods away that do not tolerate them (NoSchedule, NoExecute), or make a node less wanted (PreferNoSchedule). */
export const taintToleration: SchedulerPlugin = {
  name: 'TaintToleration',
  weight: 3,
  wakesOn: ['node-changed'],
  prepare(pod) {
    const tolerations = pod.spec?.tolerations ?? [];
    const soft = tolerations.filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    return {
      filter({ node }) {
        const taint = untoleratedTaint(node.spec?.taints, tolerations, ['NoSchedule', 'NoExecute']);
        return taint ? [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`] : undefined;
      },
      score: ({ node }) =>
        (node.spec?.taints ?? []).filter(
          (taint) => taint.effect === 'PreferNoSchedule' && !soft.some((toleration) => tolerates(toleration, taint)),
        ).length,
      normalize: 'by-maximum-reversed',
    };
  },
};
