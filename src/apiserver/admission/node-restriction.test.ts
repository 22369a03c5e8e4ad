import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { node as nodeKind } from '../../api/core/node.ts';
import { pod } from '../../api/core/pod.ts';
import { draftOf } from '../../api/object.ts';
import type { Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { Client } from '../../client/client.ts';
import { type AdmissionBench, openAdmission, podOf, refusal } from './admission.test-helper.ts';

describe('NodeRestriction', () => {
  let bench: AdmissionBench;
  let client: Client;
  let uid: string;
  before(async () => {
    bench = await openAdmission();
    client = bench.as({ name: 'system:node:n1', groups: ['system:nodes'] });
    const made = await client.create(nodeKind, { metadata: { name: 'n1', labels: { 'kubernetes.io/os': 'linux' } } });
    uid = made.metadata.uid ?? '';
    await bench.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n2' } });
    await bench.createPod({ nodeName: 'n1' }, { name: 'mine' });
    await bench.createPod({ nodeName: 'n2' }, { name: 'theirs' });
  });
  after(() => bench.close());

  const metadata = (more = {}) => ({
    annotations: { 'kubernetes.io/config.mirror': 'x' },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid, controller: true }],
    ...more,
  });
  const volumes = (volume: object) => ({ nodeName: 'n1', volumes: [{ name: 'v', ...volume }] });

  const refused: readonly [why: string, make: () => readonly [spec: object, metadata: object]][] = [
    [
      'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
      () => [{ nodeName: 'n1' }, {}],
    ],
    ['node "n1" can only create pods with spec.nodeName set to itself', () => [{ nodeName: 'n2' }, metadata()]],
    [
      'node "n1" can only create pods with an owner reference set to itself',
      () => [{ nodeName: 'n1' }, metadata({ ownerReferences: [] })],
    ],
    [
      'node "n1" can not create pods that reference configmaps',
      () => [volumes({ configMap: { name: 'c' } }), metadata()],
    ],
    [
      'node "n1" can not create pods that reference persistentvolumeclaims',
      () => [volumes({ persistentVolumeClaim: { claimName: 'c' } }), metadata()],
    ],
  ];
  for (const [why, make] of refused)
    test(why, async () => {
      const [spec, meta] = make();
      assert.equal(await refusal(client.create(pod, podOf('p', spec, meta))), `pods "p" is forbidden: ${why}`);
    });

  test('a node shows what it runs', async () => {
    await client.create(pod, podOf('mirror', { nodeName: 'n1' }, metadata()));
  });

  test('a node says how its own pods are, and changes nothing else of them', async () => {
    const own = draftOf(await client.get(pod, { namespace: 'default', name: 'mine' }));
    own.status = { ...own.status, phase: 'Running' };
    await client.update(pod, own as Pod, { subresource: 'status' });
    const relabeled = draftOf(await client.get(pod, { namespace: 'default', name: 'mine' }));
    relabeled.metadata.labels = { a: 'b' };
    assert.match(
      await refusal(client.update(pod, relabeled as Pod, { subresource: 'status' })),
      /node "n1" cannot update labels through pod status/,
    );
    assert.match(await refusal(client.update(pod, relabeled as Pod)), /unexpected operation "UPDATE"/);
    const other = draftOf(await client.get(pod, { namespace: 'default', name: 'theirs' }));
    assert.match(
      await refusal(client.update(pod, other as Pod, { subresource: 'status' })),
      /can only update pod status for pods with spec\.nodeName set to itself/,
    );
    assert.match(
      await refusal(client.delete(pod, { namespace: 'default', name: 'theirs' })),
      /can only delete pods with spec\.nodeName set to itself/,
    );
  });

  const patch = (name: string, body: object) =>
    client.patch(nodeKind, { name }, { type: 'merge', body: body as Record<string, unknown> });

  for (const [why, name, body] of [
    [
      'is not allowed to modify labels: node-restriction.kubernetes.io/a',
      'n1',
      { metadata: { labels: { 'node-restriction.kubernetes.io/a': '1' } } },
    ],
    [
      'is not allowed to modify labels: node-role.kubernetes.io/a',
      'n1',
      { metadata: { labels: { 'node-role.kubernetes.io/a': '1' } } },
    ],
    ['node "n1" is not allowed to modify taints', 'n1', { spec: { taints: [] } }],
    ['node "n1" is not allowed to modify node "n2"', 'n2', { metadata: { labels: { a: 'b' } } }],
  ] as const)
    test(why, async () => {
      assert.equal(await refusal(patch(name, body)), `nodes "${name}" is forbidden: ${why}`);
    });

  test('a node labels itself with what is its own to say', async () => {
    const labels = { 'node.kubernetes.io/x': '1', 'kubernetes.io/arch': 'amd64', 'example.com/y': 'z' };
    const changed: Node = await patch('n1', { metadata: { labels } });
    assert.deepEqual(changed.metadata.labels, { 'kubernetes.io/os': 'linux', ...labels });
  });
});
