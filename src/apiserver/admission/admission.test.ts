import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { certificateSigningRequest } from '../../api/certificates/certificate-signing-request.ts';
import { namespace } from '../../api/core/namespace.ts';
import { node } from '../../api/core/node.ts';
import { persistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts';
import { pod } from '../../api/core/pod.ts';
import { draftOf } from '../../api/object.ts';
import type { PersistentVolumeClaim } from '../../api/schema/generated/types/core-v1.ts';
import type { Ingress } from '../../api/schema/generated/types/networking-v1.ts';
import { type AdmissionBench, openAdmission, podOf, refusal } from './admission.test-helper.ts';

/** Each built-in plugin through the real registry, with the whole chain around it. */
describe('built-in admission', () => {
  let bench: AdmissionBench;
  before(async () => {
    bench = await openAdmission();
  });
  after(() => bench.close());

  describe('NamespaceLifecycle', () => {
    test('nothing is created where there is no namespace', async () => {
      const attempt = bench.client.create(pod, podOf('a', {}, { namespace: 'nowhere' }));
      assert.equal(await refusal(attempt, 'NotFound'), 'namespaces "nowhere" not found');
    });

    test('nothing is created where the namespace is going away', async () => {
      await bench.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'going' } });
      await bench.client.delete(namespace, { name: 'going' });
      const attempt = bench.client.create(pod, podOf('a', {}, { namespace: 'going' }));
      assert.equal(
        await refusal(attempt),
        'pods "a" is forbidden: unable to create new content in namespace going because it is being terminated',
      );
    });

    test("the system's namespaces stay", async () => {
      assert.equal(
        await refusal(bench.client.delete(namespace, { name: 'default' })),
        'namespaces "default" is forbidden: this namespace may not be deleted',
      );
    });
  });

  describe('ServiceAccount', () => {
    test('a pod gets the default account and its token', async () => {
      const { spec } = await bench.createPod();
      assert.equal(spec?.serviceAccountName, 'default');
      const volume = spec?.volumes?.[0];
      assert.match(volume?.name ?? '', /^kube-api-access-[a-z0-9]{5}$/);
      assert.deepEqual(spec?.containers[0]?.volumeMounts, [
        { name: volume?.name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
      ]);
    });

    test('no token is mounted where nobody wants one, and none twice', async () => {
      assert.equal((await bench.createPod({ automountServiceAccountToken: false })).spec?.volumes, undefined);
      const mounts = [{ name: 'own', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }];
      const { spec } = await bench.createPod({
        containers: [{ name: 'c', image: 'i', volumeMounts: mounts }],
        volumes: [{ name: 'own', emptyDir: {} }],
      });
      assert.deepEqual(spec?.volumes, [{ name: 'own', emptyDir: {} }]);
    });

    test('an account that is not there is named', async () => {
      assert.match(
        await refusal(bench.createPod({ serviceAccountName: 'robot' })),
        /^pods "pod-\d+" is forbidden: error looking up service account default\/robot: serviceaccount "robot" not found$/,
      );
    });

    for (const [what, spec, why] of [
      ['an account', { serviceAccountName: 'default' }, 'a mirror pod may not reference service accounts'],
      ['a secret', { volumes: [{ name: 'v', secret: { secretName: 's' } }] }, 'a mirror pod may not reference secrets'],
    ] as const)
      test(`a mirror pod has not ${what}`, async () => {
        const attempt = bench.createPod(spec, { annotations: { 'kubernetes.io/config.mirror': 'x' } });
        assert.match(await refusal(attempt), new RegExp(`is forbidden: ${why}`));
      });
  });

  test('TaintNodesByCondition: a new node takes no pods yet', async () => {
    await bench.create({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'z1', other: 'x' } },
    });
    const { spec } = await bench.client.get(node, { name: 'n1' });
    assert.deepEqual(spec?.taints, [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }]);
  });

  test("PodTopologyLabels: a pod gets its node's zone", async () => {
    const { metadata } = await bench.createPod({ nodeName: 'n1' }, { labels: { a: 'b' } });
    assert.deepEqual(metadata.labels, { a: 'b', 'topology.kubernetes.io/zone': 'z1' });
  });

  describe('Priority', () => {
    const priorityClass = (name: string, value: number, more = {}) => ({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      ...more,
    });

    test('the class gives the number', async () => {
      await bench.create(priorityClass('high', 1000, { preemptionPolicy: 'Never' }));
      const { spec } = await bench.createPod({ priorityClassName: 'high' });
      assert.deepEqual([spec?.priority, spec?.preemptionPolicy], [1000, 'Never']);
      assert.equal((await bench.createPod()).spec?.priority, 0);
    });

    test('an unknown class and another number are refused', async () => {
      assert.match(
        await refusal(bench.createPod({ priorityClassName: 'low' })),
        /no PriorityClass with name low was found/,
      );
      assert.match(
        await refusal(bench.createPod({ priorityClassName: 'high', priority: 5 })),
        /the integer value of priority \(5\) must not be provided in pod spec; priority admission controller computed 1000 from the given PriorityClass name/,
      );
    });

    test('there is one default class', async () => {
      await bench.create(priorityClass('usual', 5, { globalDefault: true }));
      const { spec } = await bench.createPod();
      assert.deepEqual([spec?.priority, spec?.priorityClassName], [5, 'usual']);
      assert.equal(
        await refusal(bench.create(priorityClass('other', 6, { globalDefault: true }))),
        'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
      );
    });
  });

  test('DefaultTolerationSeconds: five minutes, unless the pod says otherwise', async () => {
    const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
    const { spec } = await bench.createPod({ tolerations: [own] });
    assert.deepEqual(spec?.tolerations, [
      own,
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ]);
    const all = [{ operator: 'Exists' }];
    assert.deepEqual((await bench.createPod({ tolerations: all })).spec?.tolerations, all);
  });

  describe('storage', () => {
    const claim = (name: string, spec = {}) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
    });
    const storageClass = (name: string, more = {}) => ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'p',
      ...more,
    });

    test('the newest default class is taken; claims stay while in use', async () => {
      await bench.create(storageClass('old'));
      await bench.clock.advance(5000);
      await bench.create(storageClass('new', { allowVolumeExpansion: true }));
      const made = await bench.create<PersistentVolumeClaim>(claim('data'));
      assert.equal(made.spec?.storageClassName, 'new');
      assert.deepEqual(made.metadata.finalizers, ['kubernetes.io/pvc-protection']);
      const none = await bench.create<PersistentVolumeClaim>(claim('none', { storageClassName: '' }));
      assert.equal(none.spec?.storageClassName, '');
    });

    test('PersistentVolumeClaimResize: only a bound claim of a class that allows it grows', async () => {
      const grown = async (name: string) => {
        const draft = draftOf(await bench.client.get(persistentVolumeClaim, { namespace: 'default', name }));
        Object.assign(draft.spec ?? {}, { resources: { requests: { storage: '2Gi' } } });
        return bench.client.update(persistentVolumeClaim, draft as PersistentVolumeClaim);
      };
      const bind = async (name: string) => {
        const draft = draftOf(await bench.client.get(persistentVolumeClaim, { namespace: 'default', name }));
        draft.status = { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'] };
        await bench.client.update(persistentVolumeClaim, draft as PersistentVolumeClaim, { subresource: 'status' });
      };
      assert.match(
        await refusal(grown('data'), 'Invalid'),
        /spec is immutable after creation except resources\.requests/,
      );
      await bench.create(claim('fixed', { storageClassName: 'old', volumeName: 'v1' }));
      await bind('fixed');
      assert.equal(
        await refusal(grown('fixed')),
        'persistentvolumeclaims "fixed" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      );
    });
  });

  describe('RuntimeClass', () => {
    const sandboxed = {
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'sandboxed' },
      handler: 'h',
      overhead: { podFixed: { cpu: '100m' } },
      scheduling: { nodeSelector: { kind: 'vm' }, tolerations: [{ key: 'vm', operator: 'Exists' }] },
    };

    test('overhead, node selector and tolerations come from the class', async () => {
      await bench.create(sandboxed);
      const { spec } = await bench.createPod({ runtimeClassName: 'sandboxed', nodeSelector: { disk: 'ssd' } });
      assert.deepEqual(spec?.overhead, { cpu: '100m' });
      assert.deepEqual(spec?.nodeSelector, { disk: 'ssd', kind: 'vm' });
      assert.ok(spec?.tolerations?.some(({ key }) => key === 'vm'));
    });

    for (const [spec, why] of [
      [{ runtimeClassName: 'none' }, 'pod rejected: RuntimeClass "none" not found'],
      [
        { runtimeClassName: 'sandboxed', overhead: { cpu: '1' } },
        "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
      ],
      [
        { overhead: { cpu: '1' } },
        'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
      ],
      [
        { runtimeClassName: 'sandboxed', nodeSelector: { kind: 'metal' } },
        'conflict: runtimeClass.scheduling.nodeSelector[kind] = vm; pod.spec.nodeSelector[kind] = metal',
      ],
    ] as const)
      test(why, async () => {
        const message = await refusal(bench.createPod(spec));
        assert.equal(message.replace(/^pods "[^"]+" is forbidden: /, ''), why);
      });
  });

  test('DefaultIngressClass: an ingress without a class gets the default', async () => {
    await bench.create({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'web', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'example.com/c' },
    });
    const ingress = (name: string, more = {}) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, namespace: 'default', ...more },
      spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    });
    assert.equal((await bench.create<Ingress>(ingress('a'))).spec?.ingressClassName, 'web');
    const annotated = ingress('b', { annotations: { 'kubernetes.io/ingress.class': 'own' } });
    assert.equal((await bench.create<Ingress>(annotated)).spec?.ingressClassName, undefined);
  });
});

describe('certificate requests', () => {
  const forMasters = certificateRequest('system:masters');
  const forOthers = certificateRequest('team');
  const user = { name: 'jo', groups: ['team'] };
  let bench: AdmissionBench;
  before(async () => {
    bench = await openAdmission({
      authorizer: {
        authorize: ({ resource, verb }) => ({
          decision:
            resource?.plural === 'signers' && verb === 'approve' && resource.name !== 'a.b/*' ? 'no-opinion' : 'allow',
          reason: '',
        }),
      },
    });
  });
  after(() => bench.close());

  const request = async (name: string, signerName: string, pem: Promise<string>) => ({
    metadata: { name },
    spec: { signerName, request: Buffer.from(await pem).toString('base64'), usages: ['client auth'], username: 'liar' },
  });

  test('the server says who asks; nobody asks to be a master', async () => {
    const client = bench.as(user);
    const made = await client.create(
      certificateSigningRequest,
      await request('mine', 'kubernetes.io/kube-apiserver-client', forOthers),
    );
    assert.equal(made.spec.username, 'jo');
    const attempt = client.create(
      certificateSigningRequest,
      await request('root', 'kubernetes.io/kube-apiserver-client', forMasters),
    );
    assert.equal(
      await refusal(attempt),
      'certificatesigningrequests.certificates.k8s.io "root" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    );
  });

  test('who approves must be allowed to, by the name or the domain of the signer', async () => {
    const client = bench.as(user);
    const approve = async (name: string) => {
      const draft = draftOf(await client.get(certificateSigningRequest, { name }));
      draft.status = { conditions: [{ type: 'Approved', status: 'True', reason: 'r' }] };
      return client.update(certificateSigningRequest, draft as never, { subresource: 'approval' });
    };
    assert.match(
      await refusal(approve('mine')),
      /is forbidden: user not permitted to approve requests with signerName "kubernetes\.io\/kube-apiserver-client"$/,
    );
    await client.create(certificateSigningRequest, await request('other', 'a.b/c', forOthers));
    assert.equal((await approve('other')).status?.conditions?.[0]?.type, 'Approved');
  });
});

async function certificateRequest(organization: string): Promise<string> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(globalThis.crypto);
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ['x'] }, { O: [organization] }],
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  });
  return request.toString('pem');
}
