import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManifestError, mirroredUid, mirrorOf, staticPod } from './manifest.ts';

const from = { file: '/m/a.yaml', nodeName: 'n1' };
const text = (spec: string, metadata = 'name: web') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {${metadata}}\nspec: {${spec}}\n`;
const container = 'containers: [{name: c, image: x}]';

test("a static pod has the node's name in its own, defaults, and stays on a node that drives others away", () => {
  const pod = staticPod(text(container), from);
  assert.equal(pod.metadata.name, 'web-n1');
  assert.equal(pod.metadata.namespace, 'default');
  assert.match(pod.metadata.uid ?? '', /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  assert.equal(pod.metadata.annotations?.['kubernetes.io/config.hash'], pod.metadata.uid);
  assert.equal(pod.spec?.nodeName, 'n1');
  assert.equal(pod.spec.restartPolicy, 'Always');
  assert.deepEqual(pod.spec.tolerations, [{ operator: 'Exists', effect: 'NoExecute' }]);
});

test('the uid follows from content, file and node: the same pod after a restart, another one after a change', () => {
  const uid = (body: string, where = from) => staticPod(body, where).metadata.uid;
  assert.equal(uid(text(container)), uid(`# comment\n${text(container)}`));
  assert.notEqual(uid(text(container)), uid(text('containers: [{name: c, image: y}]')));
  assert.notEqual(uid(text(container)), uid(text(container), { ...from, nodeName: 'n2' }));
});

test('the mirror shows the pod, says whose it is, and is known by that', () => {
  const pod = staticPod(text(container, 'name: web, namespace: kube-system'), from);
  const mirror = mirrorOf(pod, { name: 'n1', uid: 'node-uid' });
  assert.equal(mirroredUid(mirror), pod.metadata.uid);
  assert.equal(mirroredUid(pod), undefined);
  assert.equal(mirror.metadata.uid, undefined);
  assert.deepEqual(mirror.metadata.ownerReferences, [
    { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'node-uid', controller: true },
  ]);
});

test('what is no static pod is refused with the reason', () => {
  const cases: [string, RegExp][] = [
    ['a: [b', /not YAML/],
    ['kind: Deployment', /kind Pod/],
    [text(container, 'labels: {}'), /metadata.name/],
    [text('containers: [{name: c, image: 7}]'), /image/],
    [text('containers: []'), /spec.containers/],
    [text(`${container}, volumes: [{name: v, secret: {secretName: s}}]`), /names secrets "s"/],
    [text(`${container}, serviceAccountName: sa`), /names serviceaccounts "sa"/],
  ];
  for (const [body, expected] of cases)
    assert.throws(
      () => staticPod(body, from),
      (error) => error instanceof ManifestError && expected.test(error.message),
      body,
    );
});
