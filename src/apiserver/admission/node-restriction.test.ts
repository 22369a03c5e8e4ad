import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { loadX509 } from '../../api/certificates/parse-request.ts';
import { node as nodeKind } from '../../api/core/node.ts';
import { persistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts';
import { pod } from '../../api/core/pod.ts';
import type { Kind } from '../../api/kind.ts';
import { builtInKinds } from '../../api/kinds.ts';
import { draftOf } from '../../api/object.ts';
import type { Node, Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { Client } from '../../client/client.ts';
import { type AdmissionBench, openAdmission, podOf, refusal } from './admission.test-helper.ts';

function kindNamed(name: string): Kind {
  const found = builtInKinds.find(({ kind, version }) => kind === name && version === 'v1');
  assert.ok(found);
  return found;
}

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
    await bench.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-node-lease' } });
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

  test('what roles let a node do beside that is no business of NodeRestriction', async () => {
    const made = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'r' } };
    const x509 = await loadX509();
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const asked = { name: 'CN=anybody', keys, signingAlgorithm: algorithm };
    const request = btoa((await x509.Pkcs10CertificateRequestGenerator.create(asked)).toString('pem'));
    const spec = { request, signerName: 'example.com/signer', usages: ['client auth'] };
    await bench.create({ ...made, spec });
    await client.delete(kindNamed('CertificateSigningRequest'), { name: 'r' });
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

  const object = (apiVersion: string, kind: string, name: string, spec: object, namespace?: string) => ({
    apiVersion,
    kind,
    metadata: { name, ...(namespace && { namespace }) },
    spec,
  });
  const slice = (nodeName: string) => {
    const pool = { name: nodeName, generation: 1, resourceSliceCount: 1 };
    return object('resource.k8s.io/v1', 'ResourceSlice', `slice-of-${nodeName}`, {
      driver: 'a.example.com',
      nodeName,
      pool,
    });
  };
  for (const [why, made] of [
    [/'kube-node-lease' system namespace/, object('coordination.k8s.io/v1', 'Lease', 'n1', {}, 'default')],
    [/lease with the same name/, object('coordination.k8s.io/v1', 'Lease', 'n2', {}, 'kube-node-lease')],
    [/CSINode with the same name/, object('storage.k8s.io/v1', 'CSINode', 'n2', { drivers: [] })],
    [/can only create ResourceSlice with the same NodeName/, slice('n2')],
  ] as const)
    test(`a node makes nothing in another's name: ${made.kind} of ${made.metadata.name}`, async () => {
      assert.match(await refusal(client.create(kindNamed(made.kind), made as never)), why);
    });

  test('a node makes its own lease and slice', async () => {
    const lease = object('coordination.k8s.io/v1', 'Lease', 'n1', {}, 'kube-node-lease');
    await client.create(kindNamed('Lease'), lease as never);
    await client.create(kindNamed('ResourceSlice'), slice('n1') as never);
  });

  test("a node tells a claim's size, and nothing else of it", async () => {
    const accessModes = ['ReadWriteOnce'];
    const spec = { accessModes, resources: { requests: { storage: '1Gi' } } };
    await bench.create(object('v1', 'PersistentVolumeClaim', 'data', spec, 'default'));
    const ref = { namespace: 'default', name: 'data' };
    const status = (body: object) =>
      client.patch(persistentVolumeClaim, ref, { type: 'merge', body: { status: body } }, { subresource: 'status' });
    await status({ capacity: { storage: '1Gi' } });
    assert.match(await refusal(status({ phase: 'Bound' })), /is not allowed to update fields other than/);
    const labelled = client.patch(persistentVolumeClaim, ref, {
      type: 'merge',
      body: { metadata: { labels: { a: 'b' } } },
    });
    assert.match(await refusal(labelled), /may only update PVC status/);
  });

  test('a node labels itself with what is its own to say', async () => {
    const labels = { 'node.kubernetes.io/x': '1', 'kubernetes.io/arch': 'amd64', 'example.com/y': 'z' };
    const changed: Node = await patch('n1', { metadata: { labels } });
    assert.deepEqual(changed.metadata.labels, { 'kubernetes.io/os': 'linux', ...labels });
  });
});
