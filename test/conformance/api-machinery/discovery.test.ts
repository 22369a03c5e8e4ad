import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loose } from '../harness/api.ts';
import { startControlPlane } from '../harness/server.ts';

const { api } = await startControlPlane();

/** Each group with a resource that must be in its version. */
const expected = [
  ['admissionregistration.k8s.io/v1', 'validatingwebhookconfigurations'],
  ['apiextensions.k8s.io/v1', 'customresourcedefinitions'],
  ['apiregistration.k8s.io/v1', 'apiservices'],
  ['apps/v1', 'deployments'],
  ['authentication.k8s.io/v1', 'tokenreviews'],
  ['authorization.k8s.io/v1', 'selfsubjectaccessreviews'],
  ['autoscaling/v1', 'horizontalpodautoscalers'],
  ['autoscaling/v2', 'horizontalpodautoscalers'],
  ['batch/v1', 'jobs'],
  ['certificates.k8s.io/v1', 'certificatesigningrequests'],
  ['coordination.k8s.io/v1', 'leases'],
  ['discovery.k8s.io/v1', 'endpointslices'],
  ['events.k8s.io/v1', 'events'],
  ['flowcontrol.apiserver.k8s.io/v1', 'flowschemas'],
  ['networking.k8s.io/v1', 'ingresses'],
  ['node.k8s.io/v1', 'runtimeclasses'],
  ['policy/v1', 'poddisruptionbudgets'],
  ['rbac.authorization.k8s.io/v1', 'roles'],
  ['scheduling.k8s.io/v1', 'priorityclasses'],
  ['storage.k8s.io/v1', 'csinodes'],
] as const;

test('Discovery should validate PreferredVersion for each APIGroup', async () => {
  const { groups } = await api.get('/apis');
  assert.ok(groups.length > 0);
  for (const { name, preferredVersion } of groups) {
    const group = await api.get(`/apis/${name}/`);
    assert.equal(group.preferredVersion.groupVersion, preferredVersion.groupVersion);
    const versions = group.versions.map(({ groupVersion }: Loose) => groupVersion);
    assert.ok(versions.includes(group.preferredVersion.groupVersion), name);
  }
});

test('Discovery should locate the groupVersion and a resource within each APIGroup', async () => {
  for (const [groupVersion, resource] of expected) {
    const [group, version] = groupVersion.split('/');
    const { versions } = await api.get(`/apis/${group}`);
    const found = versions.find((each: Loose) => each.groupVersion === groupVersion);
    assert.equal(found?.version, version, groupVersion);
    const list = await api.get(`/apis/${groupVersion}`);
    assert.equal(list.kind, 'APIResourceList');
    assert.equal(list.groupVersion, groupVersion);
    assert.ok(
      list.resources.some(({ name }: Loose) => name === resource),
      `${resource} in ${groupVersion}`,
    );
  }
});
