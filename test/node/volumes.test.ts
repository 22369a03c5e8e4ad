import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { configMap } from '../../src/api/core/config-map.ts';
import { pod as podKind } from '../../src/api/core/pod.ts';
import { secret } from '../../src/api/core/secret.ts';
import { busyboxImage } from '../images/images.ts';
import { startTestNode } from './harness.ts';

const image = 'busybox:test';
const sleeper = { image, command: ['sleep', '600'] };

test('volumes of pods on a node', { timeout: 120_000 }, async (t) => {
  const node = await startTestNode(t, [await busyboxImage('docker.io/library/busybox:test')]);
  const ref = (name: string) => ({ namespace: 'default', name });
  const running = (name: string) => node.until(name, ({ status }) => status?.phase === 'Running');
  const read = (pod: string, path: string) => node.exec(pod, ['cat', path]);
  const eventually = async (check: () => Promise<boolean>, what: string) => {
    for (let turn = 0; turn < 200; turn++) {
      if (await check()) return;
      await delay(25);
    }
    assert.fail(what);
  };

  await t.test('config maps and secrets are files with modes, and change in running pods', async () => {
    await node.client.create(configMap, { metadata: ref('conf'), data: { a: 'one', b: 'two' } });
    await node.client.create(secret, {
      metadata: ref('keys'),
      data: { key: Buffer.from('hidden').toString('base64') },
      type: 'Opaque',
    });
    await node.createPod('files', {
      volumes: [
        { name: 'conf', configMap: { name: 'conf', items: [{ key: 'a', path: 'deep/a', mode: 0o400 }] } },
        { name: 'keys', secret: { secretName: 'keys', defaultMode: 0o440 } },
        { name: 'none', configMap: { name: 'absent', optional: true } },
      ],
      containers: [
        {
          name: 'c',
          ...sleeper,
          volumeMounts: [
            { name: 'conf', mountPath: '/conf' },
            { name: 'keys', mountPath: '/keys' },
            { name: 'none', mountPath: '/none' },
          ],
        },
      ],
    });
    await running('files');
    assert.equal(await read('files', '/conf/deep/a'), 'one');
    assert.equal(await node.exec('files', ['stat', '-Lc', '%a', '/conf/deep/a', '/keys/key']), '400\n440\n');
    assert.equal(await node.exec('files', ['ls', '/none']), '');
    assert.match(await node.exec('files', ['touch', '/conf/x']), /Read-only file system/);
    assert.match(
      await readFile('/proc/self/mountinfo', 'utf8'),
      new RegExp(`${node.dataDir}/agent/run/pod-secrets .* tmpfs`),
    );
    await node.client.patch(configMap, ref('conf'), { type: 'merge', body: { data: { a: 'changed' } } });
    await eventually(
      async () => (await read('files', '/conf/deep/a')) === 'changed',
      'the config map did not change in the pod',
    );
    await node.client.delete(podKind, ref('files'));
    await node.untilGone('files');
  });

  await t.test('projected volumes hold tokens that are renewed, the CA, and the downward API', async () => {
    await node.createPod(
      'projected',
      {
        volumes: [
          {
            name: 'all',
            projected: {
              sources: [
                { serviceAccountToken: { path: 'token', expirationSeconds: 3600 } },
                { configMap: { name: 'conf', items: [{ key: 'b', path: 'ca.crt' }] } },
                {
                  downwardAPI: {
                    items: [
                      { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
                      { path: 'cpu', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu', divisor: '1m' } },
                    ],
                  },
                },
              ],
            },
          },
        ],
        containers: [
          {
            name: 'c',
            ...sleeper,
            resources: { limits: { cpu: '250m', memory: '64Mi' } },
            volumeMounts: [{ name: 'all', mountPath: '/all' }],
          },
        ],
      },
      { labels: { app: 'x' } },
    );
    const pod = await running('projected');
    assert.equal(pod.status?.qosClass, 'Guaranteed');
    assert.equal(await read('projected', '/all/token'), 'token-1-of-default');
    assert.equal(await read('projected', '/all/ca.crt'), 'two');
    assert.equal(await read('projected', '/all/cpu'), '250');
    assert.equal(await read('projected', '/all/labels'), 'app="x"');
    await node.client.patch(podKind, ref('projected'), { type: 'merge', body: { metadata: { labels: { app: 'y' } } } });
    await eventually(
      async () => (await read('projected', '/all/labels')) === 'app="y"',
      'the labels did not change in the pod',
    );
    await eventually(
      async () => (await read('projected', '/all/token')) !== 'token-1-of-default',
      'the token was not renewed',
    );
    const folders = await node.agent().cgroupFolders(pod);
    const limits = await Promise.all(
      folders.map((folder) =>
        readFile(join(folder, 'memory.limit_in_bytes'), 'utf8').catch(() =>
          readFile(join(folder, 'memory.max'), 'utf8').catch(() => ''),
        ),
      ),
    );
    assert.ok(
      limits.some((limit) => limit.trim() === String(64 * 1024 * 1024)),
      limits.join(),
    );
    await node.client.delete(podKind, ref('projected'));
    await node.untilGone('projected');
  });

  await t.test('subPath mounts a part of a volume, and never what a link leads to outside of it', async () => {
    const shared = join(node.dataDir, 'shared');
    await mkdir(shared);
    await writeFile(join(node.dataDir, 'outside'), 'secret of the node');
    await symlink(join(node.dataDir, 'outside'), join(shared, 'link'));
    const volumes = [{ name: 'v', hostPath: { path: shared } }];
    await node.createPod('part', {
      volumes,
      containers: [
        {
          name: 'c',
          ...sleeper,
          env: [{ name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          volumeMounts: [{ name: 'v', mountPath: '/v', subPathExpr: 'data/$(NAME)' }],
        },
      ],
    });
    await running('part');
    await node.exec('part', ['sh', '-c', 'echo hi >/v/file']);
    assert.equal(await readFile(join(shared, 'data/part/file'), 'utf8'), 'hi\n');
    await node.createPod('escape', {
      volumes,
      containers: [{ name: 'c', ...sleeper, volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'link' }] }],
    });
    await node.until(
      'escape',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    for (const name of ['part', 'escape']) await node.client.delete(podKind, ref(name));
    for (const name of ['part', 'escape']) await node.untilGone(name);
    assert.equal(await readFile(join(shared, 'data/part/file'), 'utf8'), 'hi\n');
  });

  await t.test('emptyDir in memory, fsGroup, users and what is refused', async () => {
    await node.createPod('scratch', {
      securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, runAsNonRoot: true },
      volumes: [
        { name: 'disk', emptyDir: {} },
        { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      ],
      hostAliases: [{ ip: '10.9.8.7', hostnames: ['alias.example'] }],
      hostname: 'named',
      subdomain: 'sub',
      containers: [
        {
          name: 'c',
          ...sleeper,
          securityContext: {
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [
            { name: 'disk', mountPath: '/disk' },
            { name: 'memory', mountPath: '/memory' },
          ],
        },
      ],
    });
    await running('scratch');
    assert.equal((await node.exec('scratch', ['id'])).trim(), 'uid=1000(app) gid=3000 groups=2000,3000');
    await node.exec('scratch', ['touch', '/disk/f']);
    assert.equal(await node.exec('scratch', ['stat', '-c', '%u:%g', '/disk/f']), '1000:2000\n');
    assert.match(await node.exec('scratch', ['df', '/memory']), /tmpfs\s+1024 /);
    assert.match(await node.exec('scratch', ['touch', '/x']), /Read-only file system/);
    assert.match(await node.exec('scratch', ['cat', '/proc/self/status']), /NoNewPrivs:\t1/);
    assert.match(await node.exec('scratch', ['cat', '/proc/1/status']), /CapBnd:\t0000000000000000/);
    const hosts = await node.exec('scratch', ['cat', '/etc/hosts']);
    assert.match(hosts, /\tnamed\.sub\.default\.svc\.cluster\.local\tnamed\n/);
    assert.match(hosts, /10\.9\.8\.7\talias\.example/);
    assert.equal(await node.exec('scratch', ['hostname']), 'named\n');
    assert.match(
      await node.exec('scratch', ['cat', '/etc/resolv.conf']),
      /search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local\nnameserver 10\.43\.0\.10\noptions ndots:5/,
    );
    await node.createPod('refused', {
      volumes: [{ name: 'n', nfs: { server: 'a', path: '/b' } }],
      containers: [{ name: 'c', ...sleeper, volumeMounts: [{ name: 'n', mountPath: '/n' }] }],
    });
    await eventually(
      async () =>
        node.events.some(
          ({ about, reason, message }) =>
            about === 'refused' &&
            reason === 'FailedMount' &&
            message.includes('volumes of type nfs are not supported by this node'),
        ),
      'nfs was not refused',
    );
    await node.createPod('root', { securityContext: { runAsNonRoot: true }, containers: [{ name: 'c', ...sleeper }] });
    const refused = await node.until(
      'root',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    assert.match(
      refused.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '',
      /^container has runAsNonRoot and image will run as root/,
    );
    for (const name of ['scratch', 'refused', 'root']) await node.client.delete(podKind, ref(name));
    for (const name of ['scratch', 'refused', 'root']) await node.untilGone(name);
  });

  assert.deepEqual(await readdir(node.agent().layout.pods), []);
  assert.deepEqual(
    (await readFile('/proc/self/mountinfo', 'utf8'))
      .split('\n')
      .filter((line) => line.includes(node.dataDir) && line.includes('/pods/')),
    [],
  );
});
