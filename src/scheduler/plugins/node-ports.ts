import type { SchedulerPlugin } from '../plugin.ts';
import { type HostPort, hostPortsOf } from '../world.ts';

/** Two pods on a node cannot listen on the same host port. */
export const nodePorts: SchedulerPlugin = {
  name: 'NodePorts',
  wakesOn: ['node-changed', 'pod-gone'],
  prepare(pod) {
    const wanted = hostPortsOf(pod);
    if (wanted.length === 0) return undefined;
    return {
      filter: ({ hostPorts }) =>
        wanted.some((one) => hostPorts.some((other) => clash(one, other)))
          ? ["node(s) didn't have free ports for the requested pod ports"]
          : undefined,
    };
  },
};

function clash(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.address === b.address || a.address === '0.0.0.0' || b.address === '0.0.0.0';
}
