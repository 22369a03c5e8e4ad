import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/object.ts';
import type { Pod, ResourceQuota } from '../../api/schema/generated/types/core-v1.ts';
import { type Holding, usageOf } from './usage.ts';

function pod(requests: Record<string, string>, limits: Record<string, string> = {}, phase = 'Running'): Pod {
  const resources = { requests, limits };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'a', resources }] },
    status: { phase },
  };
}

const pods = [
  pod({ cpu: '250m', memory: '64Mi' }, { cpu: '1' }),
  pod({ cpu: '500m', memory: '64Mi' }),
  pod({}),
  pod({ cpu: '5' }, {}, 'Succeeded'),
];
const some = (kind: string, count: number): KubeObject[] =>
  Array.from({ length: count }, (_, at) => ({ apiVersion: 'v1', kind, metadata: { name: String(at) } }));
const holdings: readonly Holding[] = [
  { kind: { group: '', plural: 'pods' }, objects: pods },
  { kind: { group: '', plural: 'configmaps' }, objects: some('ConfigMap', 4) },
  { kind: { group: 'apps', plural: 'deployments' }, objects: some('Deployment', 2) },
  { kind: { group: 'apps', plural: 'daemonsets' }, objects: [] },
];

function used(hard: readonly string[], scopes: readonly string[] = []) {
  const spec = { hard: Object.fromEntries(hard.map((name) => [name, '10'])), scopes };
  const quota: ResourceQuota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec };
  return usageOf(quota, holdings);
}

test('pods that have ended use nothing; the rest is added up', () => {
  assert.deepEqual(used(['pods', 'cpu', 'requests.cpu', 'limits.cpu', 'memory']), {
    pods: '3',
    cpu: '750m',
    'requests.cpu': '750m',
    'limits.cpu': '1',
    memory: '128Mi',
  });
});

test('objects are counted by both names; what does not exist is left out', () => {
  assert.deepEqual(used(['configmaps', 'count/deployments.apps', 'count/daemonsets.apps', 'count/nothing']), {
    configmaps: '4',
    'count/daemonsets.apps': '0',
    'count/deployments.apps': '2',
  });
});

test('scopes narrow the pods', () => {
  assert.deepEqual(used(['pods'], ['BestEffort']), { pods: '1' });
  assert.deepEqual(used(['pods'], ['NotBestEffort']), { pods: '2' });
});
