import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseHostResolver, fallbackResolver, podResolver } from './dns.ts';
import { qosClassOf } from './qos.ts';
import { podStatus } from './status.ts';
import { type ContainerView, emptyView, freshMemory, type Pod, type PodMemory } from './types.ts';

const nowMs = Date.UTC(2026, 0, 1);
const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default', uid: 'u', generation: 2 },
  spec: { containers: [{ name: 'a', image: 'x' }] },
};
const running: ContainerView = {
  ...{
    id: 'c1',
    name: 'a',
    sandboxId: 's',
    attempt: 0,
    state: 'running',
    createdAtMs: nowMs,
    startedAtMs: nowMs,
    finishedAtMs: 0,
  },
  ...{
    exitCode: 0,
    reason: '',
    message: '',
    image: 'x',
    imageId: 'sha256:1',
    specHash: '',
    logPath: '',
    resources: undefined,
    user: undefined,
  },
};
const sandbox = { id: 's', attempt: 0, ready: true, createdAtMs: nowMs, ips: ['10.0.0.1'] };
const view = (...containers: ContainerView[]) => ({
  ...emptyView('u', 'p', 'default'),
  sandboxes: [sandbox],
  containers,
});
const ready: PodMemory = {
  ...freshMemory,
  probes: new Map([['c1', { started: true, ready: true, failed: undefined }]]),
};
const status = (options: Partial<Parameters<typeof podStatus>[0]>) =>
  podStatus({ pod, view: view(), memory: freshMemory, nowMs, hostIps: ['192.0.2.1'], ...options });
const brief = (found: ReturnType<typeof status>) =>
  (found.conditions ?? []).map(({ type, status: value, reason }) => `${type}=${value}${reason ? ` ${reason}` : ''}`);

test('before anything runs the pod waits', () => {
  const found = status({ view: emptyView('u', 'p', 'default') });
  assert.equal(found.phase, 'Pending');
  assert.deepEqual(found.containerStatuses?.[0]?.state, { waiting: { reason: 'ContainerCreating' } });
  assert.deepEqual(brief(found), [
    'PodReadyToStartContainers=False',
    'Initialized=True',
    'Ready=False ContainersNotReady',
    'ContainersReady=False ContainersNotReady',
    'PodScheduled=True',
  ]);
});

test('a running, ready pod', () => {
  const found = status({ view: view(running), memory: ready });
  assert.equal(found.phase, 'Running');
  assert.equal(found.podIP, '10.0.0.1');
  assert.equal(found.observedGeneration, 2);
  assert.ok(found.conditions?.every((condition) => condition.status === 'True' && condition.observedGeneration === 2));
  assert.deepEqual(found.containerStatuses?.[0], {
    containerID: 'containerd://c1',
    image: 'x',
    imageID: 'sha256:1',
    lastState: {},
    name: 'a',
    ready: true,
    restartCount: 0,
    started: true,
    state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
  });
});

test('the same state at another time is the same status', () => {
  const first = status({ view: view(running), memory: ready });
  const again = status({ pod: { ...pod, status: first }, view: view(running), memory: ready, nowMs: nowMs + 5000 });
  assert.deepEqual(again, first);
});

test('phases of ended pods follow policy and exit codes', () => {
  const phase = (restartPolicy: string, exitCode: number) =>
    status({
      pod: { ...pod, spec: { ...pod.spec, containers: pod.spec?.containers ?? [], restartPolicy } },
      view: view({ ...running, state: 'exited', exitCode, finishedAtMs: nowMs }),
    }).phase;
  assert.equal(phase('Never', 0), 'Succeeded');
  assert.equal(phase('Never', 1), 'Failed');
  assert.equal(phase('OnFailure', 0), 'Succeeded');
  assert.equal(phase('OnFailure', 1), 'Running');
  assert.equal(phase('Always', 0), 'Running');
});

test('a container that has never started keeps the pod Pending', () => {
  const two: Pod = { ...pod, spec: { containers: [{ name: 'a' }, { name: 'b' }] } };
  assert.equal(status({ pod: two, view: view(running), memory: ready }).phase, 'Pending');
});

test('readiness gates hold Ready back', () => {
  const gated: Pod = {
    ...pod,
    spec: { containers: pod.spec?.containers ?? [], readinessGates: [{ conditionType: 'x/y' }] },
  };
  const found = status({ pod: gated, view: view(running), memory: ready });
  assert.ok(brief(found).includes('Ready=False ReadinessGatesNotReady'));
  assert.ok(brief(found).includes('ContainersReady=True'));
});

test('classes of quality of service', () => {
  const classOf = (resources: object) => qosClassOf({ ...pod, spec: { containers: [{ name: 'a', resources }] } });
  assert.equal(classOf({}), 'BestEffort');
  assert.equal(classOf({ requests: { cpu: '1' } }), 'Burstable');
  assert.equal(classOf({ limits: { cpu: '1' } }), 'Burstable');
  assert.equal(classOf({ limits: { cpu: '1', memory: '1Gi' } }), 'Guaranteed');
  assert.equal(classOf({ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } }), 'Burstable');
});

test('resolvers: K3s’s choice of the host’s, and the pod’s policies', () => {
  assert.deepEqual(chooseHostResolver(['nameserver 127.0.0.53\n', undefined]), fallbackResolver);
  const host = chooseHostResolver([
    'nameserver 127.0.0.53\n',
    'nameserver 192.0.2.53\nsearch corp.example.\noptions edns0\n',
  ]);
  assert.deepEqual(host, { servers: ['192.0.2.53'], searches: ['corp.example'], options: ['edns0'] });
  const cluster = { dns: ['10.43.0.10'], domain: 'cluster.local', host };
  const of = (spec: object) => podResolver({ ...pod, spec: { containers: [], ...spec } }, cluster);
  assert.deepEqual(of({}), {
    servers: ['10.43.0.10'],
    searches: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'corp.example'],
    options: ['ndots:5'],
  });
  assert.deepEqual(of({ hostNetwork: true }).servers, ['192.0.2.53']);
  assert.deepEqual(of({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }).servers, ['10.43.0.10']);
  assert.deepEqual(
    of({ dnsPolicy: 'None', dnsConfig: { nameservers: ['9.9.9.9'], options: [{ name: 'ndots', value: '2' }] } }),
    {
      servers: ['9.9.9.9'],
      searches: [],
      options: ['ndots:2'],
    },
  );
});

test('a pod that was ended before its container could start: the container is named as not found', () => {
  const verdict = { reason: 'DeadlineExceeded', message: 'too long' };
  const memory = { ...freshMemory, termination: { atMs: nowMs, graceSeconds: 1, verdict } };
  const found = status({ memory });
  assert.equal(found.phase, 'Failed');
  assert.equal(found.containerStatuses?.[0]?.state?.terminated?.reason, 'ContainerStatusUnknown');
  const withInit = { ...pod, spec: { containers: [], initContainers: [{ name: 'i' }], ...pod.spec } };
  const waiting = status({ pod: withInit, memory }).containerStatuses?.[0]?.state?.waiting;
  assert.equal(waiting?.reason, 'PodInitializing', 'its turn had not come');
});
