import assert from 'node:assert/strict';
import test from 'node:test';
import type { Draft } from '../object.ts';
import type { Container, Pod, PodSpec, Volume } from '../schema/generated/types/core-v1.ts';
import { defaultContainer } from './container-defaults.ts';
import { defaultPullPolicy } from './image-reference.ts';
import { defaultPod, defaultPodTemplate } from './pod-defaults.ts';
import { defaultVolume } from './volume-defaults.ts';

function podOf(spec: Draft<PodSpec>): Draft<Pod> {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec };
}

const containerDefaults = {
  imagePullPolicy: 'IfNotPresent',
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  resources: {},
};

test('the smallest pod', () => {
  const pod = podOf({ containers: [{ name: 'app', image: 'app:1' }] });
  defaultPod(pod);
  assert.deepEqual(pod.spec, {
    containers: [{ name: 'app', image: 'app:1', ...containerDefaults }],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    enableServiceLinks: true,
  });
});

test('what is set stays, also where it says nothing much', () => {
  const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, enableServiceLinks: false, containers: [] };
  const pod = podOf({ ...spec });
  defaultPod(pod);
  const { restartPolicy, terminationGracePeriodSeconds, enableServiceLinks, containers } = pod.spec ?? {
    containers: [],
  };
  assert.deepEqual({ restartPolicy, terminationGracePeriodSeconds, enableServiceLinks, containers }, spec);
});

test('a template gets neither service links nor host ports nor requests', () => {
  const template = {
    spec: {
      hostNetwork: true,
      containers: [{ name: 'app', ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1' } } }],
    } as Draft<PodSpec>,
  };
  defaultPodTemplate(template);
  assert.equal(template.spec.enableServiceLinks, undefined);
  assert.deepEqual(template.spec.containers[0]?.ports, [{ containerPort: 80, protocol: 'TCP' }]);
  assert.deepEqual(template.spec.containers[0]?.resources, { limits: { cpu: '1' } });
});

test('requests are limits where they are not given', () => {
  const resources = { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m' } };
  const pod = podOf({ containers: [{ name: 'app', resources }] });
  defaultPod(pod);
  assert.deepEqual(pod.spec?.containers[0]?.resources?.requests, { cpu: '100m', memory: '1Gi' });
});

test('on the host network, container ports are host ports', () => {
  const ports = [{ containerPort: 80 }, { containerPort: 81, hostPort: 8081 }];
  const pod = podOf({ hostNetwork: true, containers: [{ name: 'app', ports }] });
  defaultPod(pod);
  assert.deepEqual(
    pod.spec?.containers[0]?.ports?.map(({ hostPort }) => hostPort),
    [80, 8081],
  );
});

test('the old and the new name of the service account are both shown', () => {
  const old = podOf({ containers: [], serviceAccount: 'x' });
  defaultPod(old);
  assert.equal(old.spec?.serviceAccountName, 'x');
  const both = podOf({ containers: [], serviceAccount: 'x', serviceAccountName: 'y' });
  defaultPod(both);
  assert.deepEqual([both.spec?.serviceAccountName, both.spec?.serviceAccount], ['y', 'y']);
});

test('one address and the list of addresses agree; the one is right where they differ', () => {
  const old = { ...podOf({ containers: [] }), status: { podIP: '10.0.0.2', podIPs: [{ ip: '10.0.0.1' }] } };
  defaultPod(old);
  assert.deepEqual(old.status, { podIP: '10.0.0.2', podIPs: [{ ip: '10.0.0.2' }] });
  const dual: Draft<Pod> = {
    ...podOf({ containers: [] }),
    status: { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] },
  };
  defaultPod(dual);
  assert.equal(dual.status?.podIP, '10.0.0.1');
});

test('resources of the pod as a whole: the sum of its containers, or its limits', () => {
  const pod = podOf({
    resources: { limits: { cpu: '4', memory: '8Gi' } },
    initContainers: [
      { name: 'sidecar', restartPolicy: 'Always', resources: { requests: { cpu: '100m' } } },
      { name: 'init', resources: { requests: { cpu: '900m' } } },
    ],
    containers: [
      { name: 'a', resources: { requests: { cpu: '250m' } } },
      { name: 'b', resources: { requests: { cpu: '500m' } } },
    ],
  });
  defaultPod(pod);
  // init runs with the sidecar: 1; later a, b and the sidecar: 850m
  assert.deepEqual(pod.spec?.resources?.requests, { cpu: '1', memory: '8Gi' });
});

const pullPolicies: readonly (readonly [image: string | undefined, policy: string])[] = [
  ['app', 'Always'],
  ['app:latest', 'Always'],
  ['registry:5000/app', 'Always'],
  ['registry:5000/app:1', 'IfNotPresent'],
  ['app:1', 'IfNotPresent'],
  ['app@sha256:00', 'IfNotPresent'],
  ['app:latest@sha256:00', 'Always'],
  ['', 'IfNotPresent'],
  [undefined, 'IfNotPresent'],
];

for (const [image, policy] of pullPolicies) {
  test(`the image ${image} is pulled ${policy}`, () => assert.equal(defaultPullPolicy(image), policy));
}

test('probes, hooks, ports and environment of a container', () => {
  const container: Draft<Container> = {
    name: 'app',
    image: 'app:1',
    livenessProbe: { httpGet: { port: 80 } },
    readinessProbe: { grpc: { port: 81 }, periodSeconds: 5 },
    lifecycle: { preStop: { httpGet: { port: 'web', path: '/stop' } } },
    ports: [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 80 }],
    env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
  };
  defaultContainer(container);
  assert.deepEqual(container, {
    name: 'app',
    image: 'app:1',
    ...containerDefaults,
    livenessProbe: {
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
    readinessProbe: {
      grpc: { port: 81, service: '' },
      timeoutSeconds: 1,
      periodSeconds: 5,
      successThreshold: 1,
      failureThreshold: 3,
    },
    lifecycle: { preStop: { httpGet: { port: 'web', path: '/stop', scheme: 'HTTP' } } },
    ports: [
      { containerPort: 53, protocol: 'UDP' },
      { containerPort: 80, protocol: 'TCP' },
    ],
    env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP', apiVersion: 'v1' } } }],
  });
});

const volumes: readonly (readonly [title: string, given: Draft<Volume>, wanted: Draft<Volume>])[] = [
  ['no source is an empty directory', { name: 'v' }, { name: 'v', emptyDir: {} }],
  ['config map', { name: 'v', configMap: { name: 'c' } }, { name: 'v', configMap: { name: 'c', defaultMode: 420 } }],
  [
    'secret with a mode',
    { name: 'v', secret: { secretName: 's', defaultMode: 256 } },
    { name: 'v', secret: { secretName: 's', defaultMode: 256 } },
  ],
  [
    'projected',
    {
      name: 'v',
      projected: {
        sources: [
          { serviceAccountToken: { path: 't' } },
          { downwardAPI: { items: [{ path: 'n', fieldRef: { fieldPath: 'metadata.name' } }] } },
        ],
      },
    },
    {
      name: 'v',
      projected: {
        defaultMode: 420,
        sources: [
          { serviceAccountToken: { path: 't', expirationSeconds: 3600 } },
          { downwardAPI: { items: [{ path: 'n', fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } }] } },
        ],
      },
    },
  ],
  ['host path', { name: 'v', hostPath: { path: '/x' } }, { name: 'v', hostPath: { path: '/x', type: '' } }],
  [
    'ephemeral claim',
    { name: 'v', ephemeral: { volumeClaimTemplate: { spec: {} } } },
    { name: 'v', ephemeral: { volumeClaimTemplate: { spec: { volumeMode: 'Filesystem' } } } },
  ],
];

for (const [title, given, wanted] of volumes) {
  test(`volume: ${title}`, () => {
    defaultVolume(given);
    assert.deepEqual(given, wanted);
  });
}
