import { compileNodeSelectorTerm, compileRequiredNodes } from '../../api/core/node-selection.ts';
import type { SchedulerPlugin } from '../plugin.ts';

/** `nodeSelector` and node affinity, required and preferred. */
export const nodeAffinity: SchedulerPlugin = {
  name: 'NodeAffinity',
  weight: 2,
  wakesOn: ['node-changed'],
  prepare(pod) {
    const { spec } = pod;
    if (!spec) return undefined;
    const {
      requiredDuringSchedulingIgnoredDuringExecution: required,
      preferredDuringSchedulingIgnoredDuringExecution: wishes = [],
    } = spec.affinity?.nodeAffinity ?? {};
    const demands = required !== undefined || Object.keys(spec.nodeSelector ?? {}).length > 0;
    if (!demands && wishes.length === 0) return undefined;
    const allowed = demands ? compileRequiredNodes(spec) : undefined;
    const terms = wishes.map(({ weight, preference }) => ({ weight, matches: compileNodeSelectorTerm(preference) }));
    return {
      ...(allowed && {
        filter: ({ node }) => (allowed(node) ? undefined : ["node(s) didn't match Pod's node affinity/selector"]),
      }),
      ...(terms.length > 0 && {
        score: ({ node }) => terms.reduce((sum, term) => sum + (term.matches(node) ? term.weight : 0), 0),
        normalize: 'by-maximum',
      }),
    };
  },
};
