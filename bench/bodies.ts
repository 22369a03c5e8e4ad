import { benchPod } from './pod.ts';

// What benchmarks send, of the size and form of real ones.

/** A pod that no scheduler takes and no collector removes; with a node, one that is bound to it. */
export function lonePod(name: string, nodeName?: string): string {
  const { metadata, spec, ...rest } = benchPod(name) as unknown as { metadata: object; spec: object };
  const { namespace: _, ...alone } = { ...metadata, namespace: '', ownerReferences: [] };
  return JSON.stringify({
    ...rest,
    metadata: alone,
    spec: { ...spec, schedulerName: 'none', ...(nodeName && { nodeName }) },
  });
}

/** What a node agent sends when the container of its `pod`th pod was restarted for the `turn`th time. */
export function statusPatch(pod: number, turn: number): string {
  const time = new Date(Date.UTC(2026, 0, 1) + turn * 1000).toISOString().replace('.000Z', 'Z');
  const types = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
  const condition = (type: string) => ({
    type,
    status: 'True',
    observedGeneration: 1,
    lastProbeTime: null,
    lastTransitionTime: time,
  });
  const address = `10.42.${(pod >> 8) & 255}.${pod & 255}`;
  const state = { running: { startedAt: time } };
  const container = {
    name: 'web',
    image: 'registry.example.com/team/web:1.2.3',
    imageID: `registry.example.com/team/web@sha256:${'c'.repeat(64)}`,
    containerID: `containerd://${'d'.repeat(58)}${turn.toString(16).padStart(6, '0')}`,
    ready: true,
    started: true,
    restartCount: turn,
    state,
    lastState: {},
  };
  const status = {
    '$setElementOrder/conditions': types.map((type) => ({ type })),
    conditions: types.map(condition),
    containerStatuses: [container],
    hostIP: '192.0.2.10',
    hostIPs: [{ ip: '192.0.2.10' }],
    phase: 'Running',
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: time,
  };
  return JSON.stringify({ status });
}

/** A whole Deployment as a delivery tool applies it for its `turn`th release; what makes pods stays the same. */
export function appliedDeployment(name: string, turn: number): string {
  const { spec } = benchPod(name) as unknown as { spec: { containers: object[]; volumes: object[] } };
  const labels = { app: name };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { ...labels, release: `r${turn}` } },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: spec.containers, volumes: spec.volumes } },
    },
  });
}
