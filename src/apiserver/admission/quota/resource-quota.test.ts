import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { pod } from '../../../api/core/pod.ts';
import { resourceQuota } from '../../../api/core/resource-quota.ts';
import { type AdmissionBench, openAdmission, podOf, refusal } from '../admission.test-helper.ts';

function quota(hard: Record<string, string>, more = {}, name = 'q') {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name, namespace: 'default' },
    spec: { hard, ...more },
  };
}

const asking = (requests: Record<string, string>, limits?: Record<string, string>) => ({
  containers: [{ name: 'c', image: 'i', resources: { requests, ...(limits && { limits }) } }],
});

describe('ResourceQuota', () => {
  let bench: AdmissionBench;
  beforeEach(async () => {
    bench = await openAdmission();
  });
  afterEach(() => bench.close());

  test('the last place is given once, however many ask at the same time', async () => {
    await bench.create(quota({ pods: '2' }));
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => bench.createPod()));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 2);
    assert.equal(
      (await refusal(bench.createPod())).replace(/"pod-\d+"/, '"x"'),
      'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
    );
  });

  test('what was refused, or only tried, takes nothing; what goes gives back', async () => {
    await bench.create(quota({ pods: '1' }));
    await bench.client.create(pod, podOf('dry'), { dryRun: true });
    await bench.client.create(pod, podOf('a'));
    await refusal(bench.client.create(pod, podOf('b')));
    await bench.client.delete(pod, { namespace: 'default', name: 'a' }, { gracePeriodSeconds: 0 });
    await bench.client.create(pod, podOf('b'));
  });

  test('a name that is taken gives its place back', async () => {
    await bench.create(quota({ pods: '2' }));
    await bench.client.create(pod, podOf('a'));
    await refusal(bench.client.create(pod, podOf('a')), 'AlreadyExists');
    await bench.client.create(pod, podOf('b'));
  });

  test('a quota that goes while a write is under way leaves nothing behind', async () => {
    await bench.create(quota({ pods: '1' }));
    const writes = Promise.allSettled([bench.client.create(pod, podOf('a')), bench.client.create(pod, podOf('a'))]);
    await bench.client.delete(resourceQuota, { namespace: 'default', name: 'q' });
    await writes;
    await bench.client.delete(pod, { namespace: 'default', name: 'a' }, { gracePeriodSeconds: 0 });
    await bench.create(quota({ pods: '1' }));
    await bench.client.create(pod, podOf('b'));
  });

  test('amounts are added up', async () => {
    await bench.create(quota({ 'requests.cpu': '1', 'limits.memory': '1Gi' }));
    await bench.createPod(asking({ cpu: '600m' }, { cpu: '1', memory: '512Mi' }));
    assert.match(
      await refusal(bench.createPod(asking({ cpu: '500m' }, { cpu: '1', memory: '768Mi' }))),
      /exceeded quota: q, requested: limits\.memory=768Mi,requests\.cpu=500m, used: limits\.memory=512Mi,requests\.cpu=600m, limited: limits\.memory=1Gi,requests\.cpu=1$/,
    );
  });

  test('containers say what a quota limits', async () => {
    await bench.create(quota({ 'limits.cpu': '1', memory: '1Gi' }));
    assert.match(
      await refusal(bench.createPod()),
      /is forbidden: failed quota: q: must specify limits\.cpu for: c; memory for: c$/,
    );
  });

  test('objects are counted, under both names', async () => {
    await bench.create(quota({ configmaps: '1', 'count/deployments.apps': '0', 'services.nodeports': '0' }));
    const configMap = (name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
    });
    await bench.create(configMap('a'));
    assert.match(
      await refusal(bench.create(configMap('b'))),
      /exceeded quota: q, requested: configmaps=1, used: configmaps=1, limited: configmaps=1$/,
    );
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd', namespace: 'default' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    };
    assert.match(
      await refusal(bench.create(deployment)),
      /requested: count\/deployments\.apps=1, used: count\/deployments\.apps=0/,
    );
    const service = (type: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'default' },
      spec: { type, ports: [{ port: 80 }] },
    });
    assert.match(await refusal(bench.create(service('NodePort'))), /requested: services\.nodeports=1/);
    await bench.create(service('ClusterIP'));
  });

  test('scopes narrow a quota to some pods', async () => {
    await bench.create({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 9,
    });
    const expression = { scopeName: 'PriorityClass', operator: 'In', values: ['high'] };
    await bench.create(
      quota({ pods: '0' }, { scopeSelector: { matchExpressions: [expression] } }, 'high'),
      quota({ pods: '0' }, { scopes: ['Terminating'] }, 'short'),
    );
    await bench.createPod();
    assert.match(await refusal(bench.createPod({ priorityClassName: 'high' })), /exceeded quota: high/);
    assert.match(await refusal(bench.createPod({ activeDeadlineSeconds: 5 })), /exceeded quota: short/);
  });

  test('an update that asks for less passes, even beyond the quota', async () => {
    const claim = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'default' },
      spec: {
        type: 'NodePort',
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 81 },
        ],
      },
    };
    const made = await bench.create(claim);
    await bench.create(quota({ 'services.nodeports': '0' }));
    const { service } = await import('../../../api/core/service.ts');
    const fewer = { ...made, spec: { ...(made as never as typeof claim).spec, ports: [{ name: 'a', port: 80 }] } };
    await bench.client.update(service, fewer as never);
    assert.match(
      await refusal(bench.client.update(service, { ...claim } as never)),
      /requested: services\.nodeports=1, used: services\.nodeports=1, limited: services\.nodeports=0/,
    );
  });
});
