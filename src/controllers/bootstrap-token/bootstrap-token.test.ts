import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compactVerify } from 'jose';
import { configMap } from '../../api/core/config-map.ts';
import { namespace } from '../../api/core/namespace.ts';
import { secret } from '../../api/core/secret.ts';
import { startCluster, type TestCluster } from '../testing/cluster.ts';
import { bootstrapSigner } from './bootstrap-signer.ts';
import { tokenCleaner } from './token-cleaner.ts';

async function makeToken({ client, clock }: TestCluster, id: string, lifeMs: number) {
  const stringData = {
    'token-id': id,
    'token-secret': '0123456789abcdef',
    'usage-bootstrap-signing': 'true',
    expiration: new Date(clock.now() + lifeMs).toISOString(),
  };
  const metadata = { name: `bootstrap-token-${id}`, namespace: 'kube-system' };
  await client.create(secret, { metadata, stringData, type: 'bootstrap.kubernetes.io/token' });
}

test('tokens go when they have ended, and sign cluster-info until then', async (t) => {
  const cluster = await startCluster(t, { controllers: [tokenCleaner, bootstrapSigner] });
  const { client, clock, eventually } = cluster;
  for (const name of ['kube-system', 'kube-public']) await client.create(namespace, { metadata: { name } });
  const metadata = { name: 'cluster-info', namespace: 'kube-public' };
  await client.create(configMap, { metadata, data: { kubeconfig: 'who we are', other: 'x' } });
  await makeToken(cluster, 'aaaaaa', 60_000);
  await makeToken(cluster, 'bbbbbb', 7 * 24 * 3_600_000);
  const info = () => client.view(configMap).get('kube-public/cluster-info')?.data ?? {};
  await eventually(() =>
    assert.deepEqual(Object.keys(info()).sort(), [
      'jws-kubeconfig-aaaaaa',
      'jws-kubeconfig-bbbbbb',
      'kubeconfig',
      'other',
    ]),
  );
  const [header, , signature] = (info()['jws-kubeconfig-aaaaaa'] ?? '').split('.');
  const whole = `${header}.${Buffer.from('who we are').toString('base64url')}.${signature}`;
  const verified = await compactVerify(whole, new TextEncoder().encode('0123456789abcdef'));
  assert.deepEqual(verified.protectedHeader, { alg: 'HS256', kid: 'aaaaaa' });

  await clock.advance(61_000);
  await eventually(() => {
    assert.deepEqual(
      client
        .view(secret)
        .list('kube-system')
        .map((object) => object.metadata.name),
      ['bootstrap-token-bbbbbb'],
    );
    assert.deepEqual(Object.keys(info()).sort(), ['jws-kubeconfig-bbbbbb', 'kubeconfig', 'other']);
  });
  await clock.advance(7 * 24 * 3_600_000);
  await eventually(() => assert.deepEqual(info(), { kubeconfig: 'who we are', other: 'x' }));
});
