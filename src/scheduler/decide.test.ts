import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, NodeSpec, Pod, PodSpec } from '../api/schema/generated/types/core-v1.ts';
import { decide, type SchedulingDecision } from './decide.ts';
import { schedulerPlugins } from './plugins/plugins.ts';
import { LiveWorld, type WorldLookups } from './world.ts';

const nothing: WorldLookups = {
  namespace: () => undefined,
  claim: () => undefined,
  volume: () => undefined,
  volumes: () => [],
  storageClass: () => undefined,
};

interface NodeOptions {
  readonly labels?: Record<string, string>;
  readonly spec?: NodeSpec;
  readonly cpu?: string;
  readonly pods?: string;
}

function makeNode(name: string, { labels = {}, spec = {}, cpu = '4', pods = '110' }: NodeOptions = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec,
    status: { allocatable: { cpu, memory: '8Gi', pods } },
  };
}

function makePod(name: string, spec: Partial<PodSpec> = {}, labels: Record<string, string> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, namespace: 'default', labels },
    spec: { containers: [{ name: 'c' }], ...spec },
  };
}

const asking = (cpu: string): Partial<PodSpec> => ({ containers: [{ name: 'c', resources: { requests: { cpu } } }] });

function worldOf(
  nodes: readonly Node[],
  placed: Readonly<Record<string, readonly Pod[]>> = {},
  lookups: Partial<WorldLookups> = {},
) {
  const world = new LiveWorld({ ...nothing, ...lookups });
  for (const node of nodes) world.setNode(node);
  for (const [name, pods] of Object.entries(placed)) for (const pod of pods) world.addPod(pod, name);
  return world;
}

const run = (pod: Pod, world: LiveWorld): SchedulingDecision =>
  decide(pod, world, { plugins: schedulerPlugins, pick: () => 0 });

const hostPort = (port: number): Partial<PodSpec> => ({
  containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: port }] }],
});
const apart: Partial<PodSpec> = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
      ],
    },
  },
};
const together: Partial<PodSpec> = {
  affinity: {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'web' } } },
      ],
    },
  },
};

const rejected: readonly { name: string; pod: Pod; world: LiveWorld; message: string }[] = [
  { name: 'no nodes', pod: makePod('p'), world: worldOf([]), message: 'no nodes available to schedule pods' },
  {
    name: 'a cordoned node',
    pod: makePod('p'),
    world: worldOf([makeNode('a', { spec: { unschedulable: true } })]),
    message: '0/1 nodes are available: 1 node(s) were unschedulable.',
  },
  {
    name: 'an untolerated taint',
    pod: makePod('p'),
    world: worldOf([makeNode('a', { spec: { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] } })]),
    message: '0/1 nodes are available: 1 node(s) had untolerated taint {k: v}.',
  },
  {
    name: 'too little cpu, counted with pods that are there',
    pod: makePod('p', asking('2500m')),
    world: worldOf([makeNode('a'), makeNode('b')], {
      a: [makePod('x', asking('2'))],
      b: [makePod('y', asking('1501m'))],
    }),
    message: '0/2 nodes are available: 2 Insufficient cpu.',
  },
  {
    name: 'too many pods and too little cpu',
    pod: makePod('p', asking('8')),
    world: worldOf([makeNode('a', { pods: '1' })], { a: [makePod('x')] }),
    message: '0/1 nodes are available: 1 Insufficient cpu, 1 Too many pods.',
  },
  {
    name: 'a node selector that no node has, and a cordon',
    pod: makePod('p', { nodeSelector: { disk: 'ssd' } }),
    world: worldOf([makeNode('a'), makeNode('b', { spec: { unschedulable: true } })]),
    message:
      "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable.",
  },
  {
    name: 'a host port in use',
    pod: makePod('p', hostPort(8080)),
    world: worldOf([makeNode('a')], { a: [makePod('x', hostPort(8080))] }),
    message: "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  },
  {
    name: 'anti-affinity to a pod that is there',
    pod: makePod('p', apart, { app: 'web' }),
    world: worldOf([makeNode('a')], { a: [makePod('x', {}, { app: 'web' })] }),
    message: "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules.",
  },
  {
    name: 'anti-affinity of a pod that is there',
    pod: makePod('p', {}, { app: 'web' }),
    world: worldOf([makeNode('a')], { a: [makePod('x', apart, { app: 'other' })] }),
    message: "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
  },
  {
    name: 'affinity to pods in another zone only',
    pod: makePod('p', { ...together, nodeSelector: { zone: 'z2' } }),
    world: worldOf([makeNode('a', { labels: { zone: 'z1' } }), makeNode('b', { labels: { zone: 'z2' } })], {
      a: [makePod('x', {}, { app: 'web' })],
    }),
    message:
      "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) didn't match pod affinity rules.",
  },
  {
    name: 'a claim that is missing',
    pod: makePod('p', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] }),
    world: worldOf([makeNode('a')]),
    message: '0/1 nodes are available: 1 persistentvolumeclaim "data" not found.',
  },
];

for (const { name, pod, world, message } of rejected) {
  test(`a pod is turned away, in upstream's words: ${name}`, () => {
    const decision = run(pod, world);
    assert.equal(decision.type === 'unschedulable' && decision.message, message);
  });
}

const accepted: readonly { name: string; pod: Pod; world: LiveWorld; node: string }[] = [
  {
    name: 'the emptier node',
    pod: makePod('p', asking('1')),
    world: worldOf([makeNode('a'), makeNode('b')], { a: [makePod('x', asking('2'))] }),
    node: 'b',
  },
  {
    name: 'the node with the preferred label',
    pod: makePod('p', {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 10, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
          ],
        },
      },
    }),
    world: worldOf([makeNode('a'), makeNode('b', { labels: { disk: 'ssd' } })]),
    node: 'b',
  },
  {
    name: 'a tainted node that it tolerates',
    pod: makePod('p', { tolerations: [{ key: 'k', operator: 'Exists' }] }),
    world: worldOf([makeNode('a', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } })]),
    node: 'a',
  },
  {
    name: 'a node without PreferNoSchedule taint',
    pod: makePod('p'),
    world: worldOf([makeNode('a', { spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } }), makeNode('b')]),
    node: 'b',
  },
  {
    name: 'the zone of its friends',
    pod: makePod('p', together),
    world: worldOf([makeNode('a', { labels: { zone: 'z1' } }), makeNode('b', { labels: { zone: 'z2' } })], {
      b: [makePod('x', {}, { app: 'web' })],
    }),
    node: 'b',
  },
  {
    name: 'anywhere, as the first of a group that wants to be together',
    pod: makePod('p', together, { app: 'web' }),
    world: worldOf([makeNode('a', { labels: { zone: 'z1' } })]),
    node: 'a',
  },
  {
    name: 'the domain with fewer pods',
    pod: makePod(
      'p',
      {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: { app: 'web' } },
          },
        ],
      },
      { app: 'web' },
    ),
    world: worldOf([makeNode('a', { labels: { zone: 'z1' } }), makeNode('b', { labels: { zone: 'z2' }, cpu: '1' })], {
      a: [makePod('x', {}, { app: 'web' })],
      b: [makePod('y', asking('900m'), { app: 'other' })],
    }),
    node: 'b',
  },
];

for (const { name, pod, world, node } of accepted) {
  test(`a pod goes to ${name}`, () => {
    const decision = run(pod, world);
    assert.deepEqual(decision, { type: 'node', name: node });
  });
}

test('room comes back when a pod leaves, and pods wait for their node', () => {
  const world = worldOf([]);
  world.addPod(makePod('x', asking('3')), 'a');
  world.setNode(makeNode('a'));
  assert.equal(run(makePod('p', asking('2')), world).type, 'unschedulable');
  world.removePod('x', 'a');
  assert.equal(run(makePod('p', asking('2')), world).type, 'node');
});
