import { isApiError } from '../../../src/api/status.ts';
import type { Api, Loose, WatchEvent } from './api.ts';

const leaseSeconds = 40;
const roomFor = { cpu: '64', memory: '256Gi', pods: '1000', 'ephemeral-storage': '100Gi' };

/**
 * Registers a node, and reports of each pod that is bound to it that it runs, and removes it when it is to end, as a node
 * agent does; nothing runs. Returns how to stop.
 */
export async function joinNode(api: Api, name: string): Promise<() => void> {
  const path = `/api/v1/nodes/${name}`;
  const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' };
  await api.create('/api/v1/nodes', { metadata: { name, labels } });
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ready' };
  await api.patch(`${path}/status`, {
    status: {
      capacity: roomFor,
      allocatable: roomFor,
      conditions: [{ ...condition, lastHeartbeatTime: now, lastTransitionTime: now }],
    },
  });
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const spec = () => ({ holderIdentity: name, leaseDurationSeconds: leaseSeconds, renewTime: microTime() });
  await api.create(leases, { metadata: { name }, spec: spec() });
  const renewal = setInterval(
    () => void api.patch(`${leases}/${name}`, { spec: spec() }).catch(ignoreWhenStopped),
    (leaseSeconds / 4) * 1000,
  );
  let stopped = false;
  const ignoreWhenStopped = (error: unknown) => {
    if (!stopped && !isApiError(error, 'NotFound', 'Conflict')) throw error;
  };
  const watch = await api.watch(`/api/v1/pods?fieldSelector=spec.nodeName%3D${name}&resourceVersion=0`);
  let addresses = 0;
  const follow = async () => {
    for (;;) {
      const event = await watch.next(2 ** 30);
      actOn(api, event, () => `10.42.77.${addresses++ % 250}`).catch(ignoreWhenStopped);
    }
  };
  follow().catch(ignoreWhenStopped);
  return () => {
    stopped = true;
    clearInterval(renewal);
    watch.stop();
  };
}

async function actOn(api: Api, { type, object: pod }: WatchEvent, address: () => string): Promise<void> {
  if (type === 'DELETED' || type === 'BOOKMARK') return;
  const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;
  if (pod.metadata.deletionTimestamp) {
    await api.delete(path, { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } });
    return;
  }
  if (pod.status?.phase !== 'Pending') return;
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const podIP = address();
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((condition) => ({
    type: condition,
    status: 'True',
    lastTransitionTime: now,
  }));
  const containerStatuses = pod.spec.containers.map((container: Loose) => ({
    name: container.name,
    image: container.image,
    imageID: '',
    ready: true,
    started: true,
    restartCount: 0,
    state: { running: { startedAt: now } },
  }));
  const status = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], startTime: now, conditions, containerStatuses };
  await api.patch(`${path}/status`, { status });
}

function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
