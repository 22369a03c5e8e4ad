import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { specHash } from './hash.ts';
import { step } from './step.ts';
import {
  type Action,
  type Container,
  type ContainerView,
  emptyView,
  freshMemory,
  type Pod,
  type PodMemory,
  type PodView,
  type SandboxView,
} from './types.ts';

const nowMs = 1_000_000;

function podOf(spec: Partial<NonNullable<Pod['spec']>> = {}, metadata: Partial<Pod['metadata']> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', uid: 'u', ...metadata },
    spec: { containers: [{ name: 'a', image: 'x' }], terminationGracePeriodSeconds: 30, ...spec },
  };
}

const sandbox: SandboxView = { id: 's1', attempt: 0, ready: true, createdAtMs: 1, ips: ['10.0.0.1'] };

function containerOf(name: string, change: Partial<ContainerView> = {}): ContainerView {
  const base = {
    id: `${name}-0`,
    name,
    sandboxId: 's1',
    attempt: 0,
    state: 'running',
    createdAtMs: 1,
    startedAtMs: 900_000,
  } as const;
  const rest = { finishedAtMs: 0, exitCode: 0, reason: '', message: '', image: 'x', imageId: '', logPath: '' };
  return {
    ...base,
    ...rest,
    specHash: specHash({ name, image: 'x' }),
    resources: undefined,
    user: undefined,
    ...change,
  };
}

function viewOf(containers: readonly ContainerView[], sandboxes: readonly SandboxView[] = [sandbox]): PodView {
  return { ...emptyView('u', 'p', 'default'), sandboxes, containers };
}

const prepared: PodMemory = { ...freshMemory, volumes: 'ready', images: new Set(['a', 'b', 'init', 'side']) };
const started = (...ids: string[]): PodMemory['probes'] =>
  new Map(ids.map((id) => [id, { started: true, ready: true, failed: undefined }]));

/** `start a#0`, `stop a-0 30s`: short enough for tables. */
function brief(action: Action): string {
  switch (action.type) {
    case 'startContainer':
      return `start ${action.container.name}#${action.attempt}`;
    case 'stopContainer':
      return `stop ${action.view.id} ${action.graceSeconds}s`;
    case 'ensureImage':
      return `image ${action.container.name}`;
    case 'createSandbox':
      return `sandbox#${action.attempt}`;
    case 'removeContainer':
    case 'removeSandbox':
    case 'stopSandbox':
      return `${action.type} ${action.id}`;
    default:
      return action.type;
  }
}

const side: Container = { name: 'side', image: 'x', restartPolicy: 'Always' };
const init: Container = { name: 'init', image: 'x' };
const ended = (name: string, exitCode: number, change: Partial<ContainerView> = {}) =>
  containerOf(name, { state: 'exited', exitCode, finishedAtMs: 990_000, startedAtMs: 980_000, ...change });

interface Row {
  readonly what: string;
  readonly pod?: Pod;
  readonly view: PodView;
  readonly memory?: PodMemory;
  readonly does: readonly string[];
  readonly stage: string;
  readonly recheckAtMs?: number;
}

const deleted = podOf({}, { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 });
const ending = (graceSeconds: number, atMs = nowMs) => ({ ...prepared, termination: { atMs, graceSeconds } });

const rows: readonly Row[] = [
  {
    what: 'a new pod prepares everything at once',
    view: viewOf([], []),
    memory: freshMemory,
    does: ['sandbox#0', 'prepareVolumes', 'image a'],
    stage: 'preparing',
  },
  {
    what: 'with init containers only the first image is wanted first',
    pod: podOf({ initContainers: [init] }),
    view: viewOf([], []),
    memory: freshMemory,
    does: ['sandbox#0', 'prepareVolumes', 'image init'],
    stage: 'preparing',
  },
  {
    what: 'all is ready: the containers start in order',
    pod: podOf({
      containers: [
        { name: 'a', image: 'x' },
        { name: 'b', image: 'x' },
      ],
    }),
    view: viewOf([]),
    does: ['start a#0', 'start b#0'],
    stage: 'running',
  },
  {
    what: 'nothing starts before the volumes are there',
    view: viewOf([]),
    memory: { ...prepared, volumes: 'missing' },
    does: ['prepareVolumes'],
    stage: 'running',
  },
  {
    what: 'a failed sandbox waits',
    view: viewOf([], []),
    memory: { ...prepared, sandboxSetback: { reason: 'x', message: '', failures: 1, retryAtMs: nowMs + 500 } },
    does: [],
    stage: 'preparing',
    recheckAtMs: nowMs + 500,
  },
  { what: 'running: nothing to do', view: viewOf([containerOf('a')]), does: [], stage: 'running' },
  {
    what: 'init containers before others',
    pod: podOf({ initContainers: [init] }),
    view: viewOf([]),
    does: ['start init#0'],
    stage: 'initializing',
  },
  {
    what: 'an init container that runs is waited for',
    pod: podOf({ initContainers: [init] }),
    view: viewOf([containerOf('init')]),
    does: [],
    stage: 'initializing',
  },
  {
    what: 'an init container that succeeded lets the others start',
    pod: podOf({ initContainers: [init] }),
    view: viewOf([ended('init', 0)]),
    does: ['start a#0'],
    stage: 'running',
  },
  {
    what: 'an init container that failed is tried again',
    pod: podOf({ initContainers: [init] }),
    view: viewOf([ended('init', 1)]),
    does: ['start init#1'],
    stage: 'initializing',
  },
  {
    what: 'a failed init container ends a pod that is never restarted',
    pod: podOf({ initContainers: [init], restartPolicy: 'Never' }),
    view: viewOf([ended('init', 1)]),
    does: ['stopSandbox s1'],
    stage: 'finished',
  },
  {
    what: 'a sidecar holds the next back until it has started',
    pod: podOf({ initContainers: [side, init] }),
    view: viewOf([containerOf('side')]),
    does: [],
    stage: 'initializing',
  },
  {
    what: 'a sidecar that has started lets the next begin',
    pod: podOf({ initContainers: [side, init] }),
    view: viewOf([containerOf('side')]),
    memory: { ...prepared, probes: started('side-0') },
    does: ['start init#0'],
    stage: 'initializing',
  },
  {
    what: 'a sidecar is restarted while the containers run, whatever the policy',
    pod: podOf({ initContainers: [side], restartPolicy: 'Never' }),
    view: viewOf([containerOf('a'), ended('side', 0)]),
    does: ['start side#1'],
    stage: 'running',
  },
  {
    what: 'sidecars end when the containers have',
    pod: podOf({ initContainers: [side], restartPolicy: 'Never' }),
    view: viewOf([ended('a', 0), containerOf('side')]),
    does: ['stop side-0 30s'],
    stage: 'terminating',
  },
  { what: 'first end: restarted at once', view: viewOf([ended('a', 1)]), does: ['start a#1'], stage: 'running' },
  {
    what: 'second end: ten seconds',
    view: viewOf([ended('a', 1, { id: 'a-1', attempt: 1, finishedAtMs: 995_000 })]),
    does: [],
    stage: 'running',
    recheckAtMs: 1_005_000,
  },
  {
    what: 'OnFailure: success is final',
    pod: podOf({ restartPolicy: 'OnFailure' }),
    view: viewOf([ended('a', 0)]),
    does: ['stopSandbox s1'],
    stage: 'finished',
  },
  {
    what: 'Never: the volumes go when all has ended',
    pod: podOf({ restartPolicy: 'Never' }),
    view: viewOf([ended('a', 1)], [{ ...sandbox, ready: false }]),
    does: ['cleanUp'],
    stage: 'finished',
  },
  {
    what: 'a restart rule overrides Never',
    pod: podOf({
      restartPolicy: 'Never',
      containers: [
        {
          name: 'a',
          image: 'x',
          restartPolicy: 'Never',
          restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
        },
      ],
    }),
    view: viewOf([ended('a', 42)]),
    does: ['start a#1'],
    stage: 'running',
  },
  {
    what: 'an unhealthy container is stopped with its own grace',
    view: viewOf([containerOf('a')]),
    memory: {
      ...prepared,
      probes: new Map([['a-0', { started: true, ready: true, failed: { message: 'm', graceSeconds: 5 } }]]),
    },
    does: ['stop a-0 5s'],
    stage: 'running',
  },
  {
    what: 'a new image replaces the container',
    pod: podOf({ containers: [{ name: 'a', image: 'y' }] }),
    view: viewOf([containerOf('a')]),
    does: ['stop a-0 30s'],
    stage: 'running',
  },
  {
    what: 'a dead sandbox: its containers end, then another is made',
    view: viewOf([containerOf('a')], [{ ...sandbox, ready: false }]),
    does: ['stop a-0 30s'],
    stage: 'preparing',
  },
  {
    what: 'after a reboot: a new sandbox, the old containers have ended',
    view: viewOf([ended('a', 255)], [{ ...sandbox, ready: false }]),
    does: ['sandbox#1'],
    stage: 'preparing',
  },
  {
    what: 'only one ended container of a name is kept',
    view: viewOf([
      containerOf('a', { id: 'a-2', attempt: 2 }),
      ended('a', 1, { id: 'a-1', attempt: 1 }),
      ended('a', 1),
    ]),
    does: ['removeContainer a-0'],
    stage: 'running',
  },
  {
    what: 'a container that was never started is made anew',
    view: viewOf([containerOf('a', { state: 'created', startedAtMs: 0 })]),
    does: ['removeContainer a-0', 'start a#0'],
    stage: 'running',
  },
  {
    what: 'deleted: containers end with the grace',
    pod: deleted,
    view: viewOf([containerOf('a')]),
    memory: ending(30),
    does: ['stop a-0 30s'],
    stage: 'terminating',
  },
  {
    what: 'deleted: spent grace counts',
    pod: deleted,
    view: viewOf([containerOf('a')]),
    memory: ending(30, nowMs - 20_000),
    does: ['stop a-0 10s'],
    stage: 'terminating',
  },
  {
    what: 'deleted: sidecars end after the others',
    pod: podOf({ initContainers: [side] }, deleted.metadata),
    view: viewOf([containerOf('a'), containerOf('side')]),
    memory: ending(30),
    does: ['stop a-0 30s'],
    stage: 'terminating',
  },
  {
    what: 'deleted: when time is up all end together',
    pod: podOf({ initContainers: [side] }, deleted.metadata),
    view: viewOf([containerOf('a'), containerOf('side')]),
    memory: ending(0),
    does: ['stop a-0 0s', 'stop side-0 0s'],
    stage: 'terminating',
  },
  {
    what: 'deleted: then the sandbox stops',
    pod: deleted,
    view: viewOf([ended('a', 0)]),
    memory: ending(30),
    does: ['stopSandbox s1'],
    stage: 'finished',
  },
  {
    what: 'deleted: then containers go',
    pod: deleted,
    view: viewOf([ended('a', 0)], [{ ...sandbox, ready: false }]),
    memory: ending(30),
    does: ['removeContainer a-0'],
    stage: 'finished',
  },
  {
    what: 'deleted: then the sandbox and what is on disk',
    pod: deleted,
    view: viewOf([], [{ ...sandbox, ready: false }]),
    memory: ending(30),
    does: ['removeSandbox s1', 'cleanUp'],
    stage: 'finished',
  },
  {
    what: 'deleted: at last the object',
    pod: deleted,
    view: viewOf([], []),
    memory: { ...ending(30), cleaned: true },
    does: ['removeFromApi'],
    stage: 'cleaned',
  },
  {
    what: 'deleted before anything was begun',
    pod: deleted,
    view: viewOf([], []),
    memory: { ...freshMemory, termination: { atMs: nowMs, graceSeconds: 30 } },
    does: ['cleanUp'],
    stage: 'finished',
  },
  {
    what: 'refused by the node and deleted: the object goes',
    pod: deleted,
    view: viewOf([], []),
    memory: { ...freshMemory, cleaned: true, rejection: { reason: 'OutOfcpu', message: '' } },
    does: ['removeFromApi'],
    stage: 'cleaned',
  },
  {
    what: 'refused by the node: nothing is begun',
    view: viewOf([], []),
    memory: { ...freshMemory, rejection: { reason: 'OutOfcpu', message: '' } },
    does: [],
    stage: 'rejected',
  },
  {
    what: 'over by its published status: never started again',
    pod: { ...podOf(), status: { phase: 'Failed' } },
    view: viewOf([], []),
    memory: { ...prepared, cleaned: true },
    does: [],
    stage: 'cleaned',
  },
];

describe('step', () => {
  for (const { what, pod = podOf(), view, memory = prepared, does, stage, recheckAtMs } of rows)
    test(what, () => {
      const result = step(pod, view, nowMs, memory);
      assert.deepEqual(result.actions.map(brief), does);
      assert.equal(result.next.stage, stage);
      if (recheckAtMs !== undefined) assert.equal(result.recheckAtMs, recheckAtMs);
    });

  test('delays of crashes double up to five minutes and start over after ten healthy minutes', () => {
    let memory = prepared;
    const delays: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      const finishedAtMs = nowMs + attempt;
      const view = viewOf([
        ended('a', 1, { id: `a-${attempt}`, attempt, finishedAtMs, startedAtMs: finishedAtMs - 1000 }),
      ]);
      const { crashBackoffs } = step(podOf(), view, finishedAtMs, memory);
      memory = { ...memory, crashBackoffs };
      delays.push((crashBackoffs.get('a')?.delayMs ?? -1) / 1000);
    }
    assert.deepEqual(delays, [0, 10, 20, 40, 80, 160, 300, 300]);
    const healthy = viewOf([
      ended('a', 1, { id: 'a-9', attempt: 9, finishedAtMs: nowMs, startedAtMs: nowMs - 600_000 }),
    ]);
    assert.equal(step(podOf(), healthy, nowMs, memory).crashBackoffs.get('a')?.delayMs, 0);
  });
});
