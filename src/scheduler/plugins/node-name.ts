import type { SchedulerPlugin } from '../plugin.ts';

/** A pod that names its node goes nowhere else. */
export const nodeName: SchedulerPlugin = {
  name: 'NodeName',
  wakesOn: ['node-changed'],
  prepare(pod) {
    const wanted = pod.spec?.nodeName;
    if (!wanted) return undefined;
    return { filter: ({ name }) => (name === wanted ? undefined : ["node(s) didn't match the requested node name"]) };
  },
};
