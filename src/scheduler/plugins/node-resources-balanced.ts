import type { SchedulerPlugin } from '../plugin.ts';
import { assumedRequests } from '../world.ts';

/** Prefers nodes on which CPU and memory would be used to a similar part. */
export const nodeResourcesBalanced: SchedulerPlugin = {
  name: 'NodeResourcesBalancedAllocation',
  wakesOn: [],
  prepare(pod) {
    const small = assumedRequests(pod);
    return {
      score({ assumed, allocatable }) {
        const cpu = share(assumed.milliCpu + small.milliCpu, allocatable.get('cpu') ?? 0);
        const memory = share(assumed.memoryBytes + small.memoryBytes, allocatable.get('memory') ?? 0);
        return (1 - Math.abs(cpu - memory) / 2) * 100;
      },
    };
  },
};

function share(used: number, capacity: number): number {
  return capacity <= 0 ? 1 : Math.min(1, used / capacity);
}
