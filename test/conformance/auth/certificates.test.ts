import 'reflect-metadata';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { createTestAuthority } from '../../../src/apiserver/certificates.test-helper.ts';
import type { Loose } from '../harness/api.ts';
import { startControlPlane } from '../harness/server.ts';

const { api } = await startControlPlane();

const group = 'certificates.k8s.io';
const requests = `/apis/${group}/v1/certificatesigningrequests`;
const subresources = ['approval', 'status'];

/** Base64 of the PEM of a request, and of a certificate that is as good as any. */
async function material(): Promise<{ request: string; certificate: string }> {
  const name = 'e2e-example-com';
  const { certificatePem } = await (await createTestAuthority()).issue({ name });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const generated = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
  });
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return { request: base64(generated.toString('pem')), certificate: base64(certificatePem) };
}

test('Certificates API [Privileged:ClusterAdmin] should support CSR API operations', async () => {
  const { request, certificate } = await material();
  const { groups } = await api.get('/apis');
  const found = groups.find(({ name }: Loose) => name === group);
  assert.ok(found.versions.some(({ version }: Loose) => version === 'v1'));
  const { versions } = await api.get(`/apis/${group}`);
  assert.ok(versions.some(({ groupVersion }: Loose) => groupVersion === `${group}/v1`));
  const names = (await api.get(`/apis/${group}/v1`)).resources.map(({ name }: Loose) => name);
  for (const name of ['', ...subresources.map((each) => `/${each}`)])
    assert.ok(names.includes(`certificatesigningrequests${name}`));

  const signerName = 'example.com/e2e-signer';
  const fresh = {
    metadata: { generateName: 'e2e-example-csr-' },
    spec: {
      request,
      signerName,
      expirationSeconds: 3600,
      usages: ['digital signature', 'key encipherment', 'server auth'],
    },
  };
  const first = await api.create(requests, fresh);
  await api.create(requests, fresh);
  await api.create(requests, fresh);
  const path = `${requests}/${first.metadata.name}`;
  const got = await api.get(path);
  assert.equal(got.metadata.uid, first.metadata.uid);
  assert.equal(got.spec.expirationSeconds, 3600);
  const chosen = `${requests}?fieldSelector=${encodeURIComponent(`spec.signerName=${signerName}`)}`;
  const listed = await api.get(chosen);
  assert.equal(listed.items.length, 3);
  const watch = await api.watch(`${chosen}&resourceVersion=${listed.metadata.resourceVersion}`);

  const patched = await api.patch(path, { metadata: { annotations: { patched: 'true' } } });
  assert.equal(patched.metadata.annotations.patched, 'true');
  const updated = await api.modify(path, ({ metadata }) => {
    metadata.annotations.updated = 'true';
  });
  assert.equal(updated.metadata.annotations.updated, 'true');
  const seen = await watch.until(({ object }) => object.metadata.annotations?.updated === 'true');
  assert.equal(seen.type, 'MODIFIED');

  for (const subresource of subresources) {
    const at = `${path}/${subresource}`;
    const annotation = `patched${subresource}`;
    assert.equal((await api.get(at)).metadata.uid, first.metadata.uid);
    const changed = await api.patch(at, { metadata: { annotations: { [annotation]: 'true' } } });
    assert.equal(changed.metadata.annotations[annotation], 'true');
  }
  const approval = { reason: 'E2E', message: 'Set from an e2e test' };
  const approved = await api.modify(`${path}/approval`, ({ status }) => {
    status.conditions = [{ type: 'Approved', status: 'True', ...approval }];
  });
  assert.equal(approved.status.conditions[0].type, 'Approved');
  assert.equal(approved.metadata.annotations.patchedapproval, 'true');

  const issued = await api.patch(`${path}/status`, { status: { certificate } });
  assert.equal(issued.status.certificate, certificate);
  const withCondition = await api.modify(`${path}/status`, ({ status }) => {
    status.conditions.push({ type: 'StatusUpdate', status: 'True', ...approval });
  });
  assert.deepEqual(
    withCondition.status.conditions.map(({ type }: Loose) => type),
    ['Approved', 'StatusUpdate'],
  );

  await api.delete(path);
  await assert.rejects(api.get(path), { reason: 'NotFound' });
  await watch.until(({ type, object }) => type === 'DELETED' && object.metadata.name === first.metadata.name);
  watch.stop();
  assert.equal((await api.get(chosen)).items.length, 2);
  await api.delete(chosen);
  assert.equal((await api.get(chosen)).items.length, 0);
});
