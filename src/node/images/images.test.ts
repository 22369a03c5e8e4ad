import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { run } from '../../base/process.ts';
import { dockerArchive, ociArchive } from './archive.ts';
import { normalizeImageName } from './name.ts';
import { credentialsFor } from './pull-secrets.ts';
import { tar } from './tar.ts';

describe('normalizeImageName', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  for (const [name, expected] of [
    ['busybox', 'docker.io/library/busybox:latest'],
    ['busybox:1', 'docker.io/library/busybox:1'],
    ['user/app', 'docker.io/user/app:latest'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['registry.example.com:5000/a/b:v1', 'registry.example.com:5000/a/b:v1'],
    ['localhost/x', 'localhost/x:latest'],
    [`busybox@${digest}`, `docker.io/library/busybox@${digest}`],
    ['Busy', undefined],
    ['a b', undefined],
    ['', undefined],
  ] as const)
    test(name || '(empty)', () => assert.equal(normalizeImageName(name), expected));
});

test('archives are tars that tar(1) reads, the same for the same content', async () => {
  const deep = `${'folder/'.repeat(15)}file`;
  const image = { name: 'docker.io/x/y:1', layers: [tar([{ path: deep, content: Buffer.from('hi') }])] };
  for (const write of [dockerArchive, ociArchive]) {
    assert.deepEqual(write(image), write(image));
    const { stdout } = await run('tar', ['-tf', '-'], { input: write(image) });
    assert.match(stdout, /manifest\.json|index\.json/);
  }
  const { stdout } = await run('tar', ['-xOf', '-', deep], {
    input: tar([{ path: deep, content: Buffer.from('hi') }]),
  });
  assert.equal(stdout, 'hi');
});

test('pull secrets fit by registry and path, the closest first', () => {
  const auths = {
    'https://index.docker.io/v1/': { auth: Buffer.from('u:p:q').toString('base64') },
    'registry.example.com/team': { username: 'team', password: '1' },
    'registry.example.com': { username: 'all', password: '2' },
    '*.example.com': { username: 'any', password: '3' },
  };
  const data = { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: {}, type: 'kubernetes.io/dockerconfigjson', data };
  const users = (image: string) =>
    credentialsFor(image, [secret]).map(({ username, password }) => `${username}:${password}`);
  assert.deepEqual(users('registry.example.com/team/app:1'), ['team:1', 'all:2', 'any:3']);
  assert.deepEqual(users('registry.example.com/other/app:1'), ['all:2', 'any:3']);
  assert.deepEqual(users('docker.io/library/busybox:1'), ['u:p:q']);
  assert.deepEqual(users('quay.io/x/y:1'), []);
});
