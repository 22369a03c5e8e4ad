import { podRequests } from '../../api/core/resource-amounts.ts';
import type { SchedulerPlugin } from '../plugin.ts';
import { assumedRequests } from '../world.ts';

/** The node has room for what the pod asks for; of those that have, the emptier is the better (LeastAllocated). */
export const nodeResourcesFit: SchedulerPlugin = {
  name: 'NodeResourcesFit',
  wakesOn: ['node-changed', 'pod-gone'],
  prepare(pod) {
    const wanted = [...podRequests(pod)].filter(([, amount]) => amount > 0);
    const small = assumedRequests(pod);
    return {
      filter({ pods, requested, allocatable }) {
        const lacks = wanted
          .filter(([name, amount]) => amount + (requested.get(name) ?? 0) > (allocatable.get(name) ?? 0))
          .map(([name]) => `Insufficient ${name}`);
        if (pods.size + 1 > (allocatable.get('pods') ?? 0)) lacks.unshift('Too many pods');
        return lacks.length > 0 ? lacks : undefined;
      },
      score({ assumed, allocatable }) {
        const cpu = freeShare(assumed.milliCpu + small.milliCpu, allocatable.get('cpu') ?? 0);
        const memory = freeShare(assumed.memoryBytes + small.memoryBytes, allocatable.get('memory') ?? 0);
        return (cpu + memory) / 2;
      },
    };
  },
};

function freeShare(used: number, capacity: number): number {
  return capacity <= 0 || used > capacity ? 0 : ((capacity - used) * 100) / capacity;
}
