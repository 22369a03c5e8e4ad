import assert from 'node:assert/strict';
import test from 'node:test';
import type { ContainerStatus, Pod, PodSpec, PodStatus } from '../schema/generated/types/core-v1.ts';
import { podColumns } from './pod-columns.ts';

const nowMs = Date.UTC(2026, 0, 1, 1);

function cells(pod: Pod): Readonly<Record<string, unknown>> {
  return Object.fromEntries(podColumns.map((column) => [column.name, column.cell(pod, nowMs)]));
}

function makePod(spec: Partial<PodSpec>, status: PodStatus, metadata: Pod['metadata'] = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: { containers: [{ name: 'app' }, { name: 'side' }], ...spec },
    status,
  };
}

function container(
  name: string,
  state: ContainerStatus['state'],
  rest: Partial<ContainerStatus> = {},
): ContainerStatus {
  return {
    name,
    image: 'i',
    imageID: 'i',
    ready: state?.running !== undefined,
    restartCount: 0,
    ...(state && { state }),
    ...rest,
  };
}

const running = { running: { startedAt: '2026-01-01T00:00:05Z' } };
const waiting = (reason: string) => ({ waiting: { reason } });
const ended = (exitCode: number, reason?: string) => ({ terminated: { exitCode, ...(reason && { reason }) } });
const both = (first: ContainerStatus['state'], second: ContainerStatus['state']) => [
  container('app', first),
  container('side', second),
];

const initContainers = [{ name: 'one' }, { name: 'two' }];
const withSidecar = [{ name: 'proxy', restartPolicy: 'Always' }, { name: 'two' }];
const initialized = [{ type: 'Initialized', status: 'True' }];

interface Row {
  readonly title: string;
  readonly pod: Pod;
  readonly ready: string;
  readonly status: string;
  readonly restarts?: string;
}

const rows: readonly Row[] = [
  { title: 'nothing known yet', pod: makePod({}, { phase: 'Pending' }), ready: '0/2', status: 'Pending' },
  {
    title: 'all containers run',
    pod: makePod({}, { phase: 'Running', containerStatuses: both(running, running) }),
    ready: '2/2',
    status: 'Running',
  },
  {
    title: 'the first container that is not well names the status',
    pod: makePod(
      {},
      { phase: 'Running', containerStatuses: both(waiting('CrashLoopBackOff'), waiting('ErrImagePull')) },
    ),
    ready: '0/2',
    status: 'CrashLoopBackOff',
  },
  {
    title: 'all have ended well',
    pod: makePod({}, { phase: 'Succeeded', containerStatuses: both(ended(0, 'Completed'), ended(0, 'Completed')) }),
    ready: '0/2',
    status: 'Completed',
  },
  {
    title: 'one has ended, the other runs, the pod is ready',
    pod: makePod(
      {},
      {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: both(ended(0, 'Completed'), running),
      },
    ),
    ready: '1/2',
    status: 'Running',
  },
  {
    title: 'one has ended, the other runs, the pod is not ready',
    pod: makePod({}, { phase: 'Running', containerStatuses: both(ended(0, 'Completed'), running) }),
    ready: '1/2',
    status: 'NotReady',
  },
  {
    title: 'ended without a reason: the exit code',
    pod: makePod({}, { phase: 'Failed', containerStatuses: both(ended(3), undefined) }),
    ready: '0/2',
    status: 'ExitCode:3',
  },
  {
    title: 'ended by a signal',
    pod: makePod(
      {},
      { phase: 'Failed', containerStatuses: both({ terminated: { exitCode: 137, signal: 9 } }, undefined) },
    ),
    ready: '0/2',
    status: 'Signal:9',
  },
  {
    title: 'evicted',
    pod: makePod({}, { phase: 'Failed', reason: 'Evicted' }),
    ready: '0/2',
    status: 'Evicted',
  },
  {
    title: 'gated',
    pod: makePod(
      {},
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    ),
    ready: '0/2',
    status: 'SchedulingGated',
  },
  {
    title: 'the first init container runs',
    pod: makePod(
      { initContainers },
      {
        phase: 'Pending',
        initContainerStatuses: [container('one', running), container('two', waiting('PodInitializing'))],
      },
    ),
    ready: '0/2',
    status: 'Init:0/2',
  },
  {
    title: 'the second init container fails, restarts of init containers count',
    pod: makePod(
      { initContainers },
      {
        phase: 'Pending',
        initContainerStatuses: [
          container('one', ended(0, 'Completed'), { restartCount: 1 }),
          container('two', waiting('CrashLoopBackOff'), {
            restartCount: 2,
            lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:55:00Z' } },
          }),
        ],
      },
    ),
    ready: '0/2',
    status: 'Init:CrashLoopBackOff',
    restarts: '3 (5m ago)',
  },
  {
    title: 'an init container has ended badly',
    pod: makePod({ initContainers }, { phase: 'Failed', initContainerStatuses: [container('one', ended(2))] }),
    ready: '0/2',
    status: 'Init:ExitCode:2',
  },
  {
    title: 'a sidecar counts as a container',
    pod: makePod(
      { initContainers: withSidecar },
      {
        phase: 'Running',
        conditions: initialized,
        initContainerStatuses: [
          container('proxy', running, { started: true, restartCount: 4 }),
          container('two', ended(0, 'Completed'), { restartCount: 7 }),
        ],
        containerStatuses: both(running, running),
      },
    ),
    ready: '3/3',
    status: 'Running',
    restarts: '4',
  },
  {
    title: 'restarts with the time of the latest',
    pod: makePod(
      {},
      {
        phase: 'Running',
        containerStatuses: [
          container('app', running, {
            restartCount: 2,
            lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:59:30Z' } },
          }),
          container('side', running, {
            restartCount: 1,
            lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:10:00Z' } },
          }),
        ],
      },
    ),
    ready: '2/2',
    status: 'Running',
    restarts: '3 (30s ago)',
  },
  {
    title: 'under deletion',
    pod: makePod(
      {},
      { phase: 'Running', containerStatuses: both(running, running) },
      { deletionTimestamp: '2026-01-01T00:30:00Z' },
    ),
    ready: '2/2',
    status: 'Terminating',
  },
  {
    title: 'under deletion, its node is lost',
    pod: makePod({}, { phase: 'Running', reason: 'NodeLost' }, { deletionTimestamp: '2026-01-01T00:30:00Z' }),
    ready: '0/2',
    status: 'Unknown',
  },
  {
    title: 'under deletion, but ended: how it ended',
    pod: makePod(
      {},
      { phase: 'Succeeded', containerStatuses: both(ended(0, 'Completed'), ended(0, 'Completed')) },
      { deletionTimestamp: '2026-01-01T00:30:00Z' },
    ),
    ready: '0/2',
    status: 'Completed',
  },
];

for (const { title, pod, ready, status, restarts = '0' } of rows) {
  test(title, () => {
    const shown = cells(pod);
    assert.deepEqual([shown['Ready'], shown['Status'], shown['Restarts']], [ready, status, restarts]);
    assert.equal(shown['Age'], '60m');
  });
}

test('the wide columns', () => {
  const pod = makePod(
    { nodeName: 'n1', readinessGates: [{ conditionType: 'x' }, { conditionType: 'y' }] },
    {
      phase: 'Running',
      podIPs: [{ ip: '10.0.0.7' }, { ip: 'fd00::7' }],
      nominatedNodeName: 'n2',
      conditions: [{ type: 'x', status: 'True' }],
    },
  );
  const shown = cells(pod);
  assert.deepEqual(
    [shown['IP'], shown['Node'], shown['Nominated Node'], shown['Readiness Gates']],
    ['10.0.0.7', 'n1', 'n2', '1/2'],
  );
  const empty = cells(makePod({}, {}));
  assert.deepEqual(
    [empty['IP'], empty['Node'], empty['Nominated Node'], empty['Readiness Gates']],
    ['<none>', '<none>', '<none>', '<none>'],
  );
  assert.deepEqual(
    podColumns.filter(({ priority }) => priority === 1).map(({ name }) => name),
    ['IP', 'Node', 'Nominated Node', 'Readiness Gates'],
  );
});
