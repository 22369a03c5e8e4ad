import type { Pod, PodList } from '../../api/schema/generated/types/core-v1.ts';
import type { NodeAgent } from '../agent.ts';
import { prometheusText } from '../stats/prometheus.ts';

type PodsAgent = Pick<NodeAgent, 'pods'>;

/** `/pods`: all pods that this node is to run, with the status it has found. */
export function podList(agent: PodsAgent): PodList {
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: agent.pods() };
}

/** `/runningpods`: pods with a running container, and only those containers; nothing of what the API knows. */
export function runningPodList(agent: PodsAgent): PodList {
  const items = agent.pods().flatMap(({ metadata, status }): Pod[] => {
    const running = (status?.containerStatuses ?? []).filter(({ state }) => state?.running);
    if (running.length === 0) return [];
    const { name = '', namespace = '', uid = '' } = metadata;
    const containers = running.map((container) => ({ name: container.name, image: container.image, resources: {} }));
    return [{ kind: 'Pod', apiVersion: 'v1', metadata: { name, namespace, uid }, spec: { containers }, status: {} }];
  });
  return { kind: 'PodList', apiVersion: 'v1', metadata: {}, items };
}

/** `/metrics`: the process, and how much it looks after. */
export function agentMetrics(agent: PodsAgent, nodeName: string): string {
  const statuses = agent.pods().map(({ status }) => status);
  const count = (state: 'running' | 'waiting' | 'terminated') =>
    statuses.flatMap((status) => status?.containerStatuses ?? []).filter((container) => container.state?.[state])
      .length;
  const cpu = process.cpuUsage();
  return prometheusText([
    {
      name: 'kubelet_node_name',
      help: "The node's name. The count is always 1.",
      type: 'gauge',
      values: [{ labels: { node: nodeName }, value: 1 }],
    },
    {
      name: 'kubelet_running_pods',
      help: 'Number of pods that have a running pod sandbox',
      type: 'gauge',
      values: [{ value: statuses.filter((status) => status?.phase === 'Running').length }],
    },
    {
      name: 'kubelet_running_containers',
      help: 'Number of containers currently running',
      type: 'gauge',
      values: [
        { labels: { container_state: 'running' }, value: count('running') },
        { labels: { container_state: 'created' }, value: count('waiting') },
        { labels: { container_state: 'exited' }, value: count('terminated') },
      ],
    },
    {
      name: 'process_cpu_seconds_total',
      help: 'Total user and system CPU time spent in seconds.',
      type: 'counter',
      values: [{ value: (cpu.user + cpu.system) / 1e6 }],
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory size in bytes.',
      type: 'gauge',
      values: [{ value: process.memoryUsage.rss() }],
    },
  ]);
}
