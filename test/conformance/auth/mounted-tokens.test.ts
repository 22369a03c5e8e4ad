import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import type { Volume } from '../../../src/api/schema/generated/types/core-v1.ts';
import type { ImageContent } from '../../../src/node/images/archive.ts';
import { tar } from '../../../src/node/images/tar.ts';
import { startCluster } from '../../harness/cluster.ts';
import { manifest, pod, shell } from '../../harness/objects.ts';
import { busyboxImage } from '../../images/images.ts';
import type { Loose } from '../harness/api.ts';

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const asleep = 'sleep 3600';

const clientImage = 'docker.io/library/kubectl:test';

/** The tests' image with kubectl in it: a client that finds the API as pods do, and checks whom it talks to. */
async function imageWithClient(): Promise<ImageContent> {
  const base = await busyboxImage(clientImage);
  const content = await readFile(join(import.meta.dirname, '../../../.cache/runtime/current/bin/kubectl'));
  return { ...base, layers: [...base.layers, tar([{ path: 'bin/kubectl', content, mode: 0o755 }])] };
}

/** Pods must run for these rows. */
test('tokens of service accounts in pods', { timeout: 180_000, concurrency: 3 }, async (t) => {
  const cluster = await startCluster(t, { images: [await imageWithClient()] });
  const account = (name: string) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  const start = async (name: string, ...objects: object[]) => {
    await cluster.apply(manifest(...objects));
    await cluster.wait(`pod/${name}`, 'condition=Ready');
  };
  const review = async (token: string, audiences?: string[]): Promise<Loose> => {
    const input = JSON.stringify({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, ...(audiences && { audiences }) },
    });
    return JSON.parse(await cluster.kubectl(['create', '-f', '-', '-o', 'json'], { input })).status;
  };
  const projected = (audience?: string): Volume => ({
    name: 'token',
    projected: {
      defaultMode: 0o644,
      sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 7200, ...(audience && { audience }) } }],
    },
  });
  const withToken = (script: string) => shell(script, { volumeMounts: [{ name: 'token', mountPath: '/tokens' }] });

  await t.test('ServiceAccounts should mount an API token into pods', async () => {
    await start('mounted', account('mount-test'), pod('mounted', shell(asleep), { serviceAccountName: 'mount-test' }));
    const read = (file: string) => cluster.exec('mounted', 'cat', `${mountPath}/${file}`);
    const { authenticated, user, error } = await review(await read('token'));
    assert.equal(error, undefined);
    assert.equal(authenticated, true);
    assert.equal(user.username, 'system:serviceaccount:default:mount-test');
    assert.deepEqual(user.groups.toSorted(), [
      'system:authenticated',
      'system:serviceaccounts',
      'system:serviceaccounts:default',
    ]);
    assert.deepEqual(user.extra['authentication.kubernetes.io/pod-name'], ['mounted']);
    const root = await cluster.get<Loose>('configmap', 'kube-root-ca.crt');
    assert.equal(await read('ca.crt'), root.data['ca.crt']);
    assert.equal(await read('namespace'), 'default');
  });

  await t.test('ServiceAccounts should mount projected service account token', async () => {
    await start('projected', pod('projected', withToken(asleep), { volumes: [projected()] }));
    const token = await cluster.exec('projected', 'cat', '/tokens/token');
    const { authenticated, user } = await review(token);
    assert.equal(authenticated, true);
    assert.equal(user.username, 'system:serviceaccount:default:default');
    assert.equal((await cluster.exec('projected', 'stat', '-Lc', '%a', '/tokens/token')).trim(), '644');
  });

  await t.test(
    'ServiceAccounts ServiceAccountIssuerDiscovery should support OIDC discovery of service account issuer',
    async () => {
      const audience = 'oidc-discovery-test';
      // Upstream's image checks its own token; this one reads everything from inside the pod, and the check is made here.
      const container = { ...withToken(asleep), image: clientImage };
      await start('oidc', pod('oidc', container, { volumes: [projected(audience)] }));
      const fetch = async (path: string): Promise<Loose> =>
        JSON.parse(await cluster.exec('oidc', 'kubectl', '--cache-dir=/tmp', 'get', '--raw', path));
      const token = await cluster.exec('oidc', 'cat', '/tokens/token');
      const discovery = await fetch('/.well-known/openid-configuration');
      assert.deepEqual(discovery.response_types_supported, ['id_token']);
      assert.deepEqual(discovery.subject_types_supported, ['public']);
      const keys: JSONWebKeySet = await fetch(new URL(discovery.jwks_uri).pathname);
      const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
        issuer: discovery.issuer,
        audience,
      });
      assert.ok(discovery.id_token_signing_alg_values_supported.includes(protectedHeader.alg));
      assert.equal(payload.sub, 'system:serviceaccount:default:default');
      assert.equal((await review(token, [audience])).authenticated, true);
      assert.equal((await review(token)).authenticated, undefined, 'it is for another audience');
    },
  );
});
