import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Pod } from '../../src/api/schema/generated/types/core-v1.ts';
import { startCluster } from '../harness/cluster.ts';
import { image, manifest, pod, shell } from '../harness/objects.ts';
import { until } from '../harness/wait.ts';

const containerOf = ({ status }: Pod, name = 'c') => status?.containerStatuses?.find((each) => each.name === name);

test('what a pod can ask of its node', { timeout: 300_000, concurrency: 3 }, async (t) => {
  const cluster = await startCluster(t);
  const { exec, kubectl, logs } = cluster;

  await Promise.all([
    t.test('init containers run in order, sidecars before and beside the others, until they have ended', async () => {
      const note = (word: string) => `echo ${word} >>/shared/order`;
      const volumeMounts = [{ name: 'shared', mountPath: '/shared' }];
      await cluster.apply(
        manifest(
          pod('order', shell(`${note('main')}; sleep 1`, { volumeMounts }), {
            restartPolicy: 'Never',
            volumes: [{ name: 'shared', emptyDir: {} }],
            initContainers: [
              { ...shell(`sleep 0.5; ${note('first')}`, { volumeMounts }), name: 'first' },
              {
                ...shell(`${note('sidecar')}; trap 'cat /shared/order; exit' TERM; while :; do sleep 0.1; done`, {
                  volumeMounts,
                }),
                name: 'sidecar',
                restartPolicy: 'Always',
                startupProbe: { exec: { command: ['grep', 'sidecar', '/shared/order'] }, periodSeconds: 1 },
              },
              { ...shell(note('second'), { volumeMounts }), name: 'second' },
            ],
          }),
        ),
      );
      await cluster.until('pod', 'order', ({ status }) => status?.phase === 'Succeeded');
      assert.equal(await logs('order', '-c', 'sidecar'), 'first\nsidecar\nsecond\nmain\n');
    }),

    t.test('a failing liveness probe restarts the container, a startup probe holds it back', async () => {
      await cluster.apply(
        manifest(
          pod(
            'ill',
            shell('touch /alive; sleep 3600', {
              startupProbe: { exec: { command: ['test', '-e', '/alive'] }, periodSeconds: 1 },
              livenessProbe: { exec: { command: ['test', '-e', '/alive'] }, periodSeconds: 1, failureThreshold: 1 },
            }),
          ),
          pod(
            'slow',
            shell('sleep 4; touch /up; sleep 3600', {
              startupProbe: { exec: { command: ['test', '-e', '/up'] }, periodSeconds: 1, failureThreshold: 20 },
              livenessProbe: { exec: { command: ['test', '-e', '/up'] }, periodSeconds: 1, failureThreshold: 1 },
            }),
          ),
        ),
      );
      await cluster.wait('pod/ill', 'condition=Ready');
      await exec('ill', 'rm', '/alive');
      const restarted = await cluster.until(
        'pod',
        'ill',
        (each) => containerOf(each)?.restartCount === 1 && containerOf(each)?.ready,
      );
      assert.equal(containerOf(restarted)?.lastState?.terminated?.reason, 'Error');
      const events = await kubectl([
        'get',
        'events',
        '--field-selector',
        'involvedObject.name=ill',
        '-o',
        'custom-columns=:.reason,:.message',
      ]);
      assert.match(events, /Unhealthy +Liveness probe failed/);
      assert.match(events, /Killing +Container c failed liveness probe, will be restarted/);
      await cluster.wait('pod/slow', 'condition=Ready');
      assert.equal(containerOf(await cluster.get('pod', 'slow'))?.restartCount, 0);
    }),

    t.test('hooks run after the start and before the end, which waits for them', async () => {
      await cluster.apply(
        manifest(
          pod(
            'hooks',
            shell('trap "echo term >>/host/hooks; exit 0" TERM; while :; do sleep 0.1; done', {
              volumeMounts: [{ name: 'host', mountPath: '/host' }],
              lifecycle: {
                postStart: { exec: { command: ['sh', '-c', 'echo started >>/host/hooks'] } },
                preStop: { exec: { command: ['sh', '-c', 'sleep 1; echo stopping >>/host/hooks'] } },
              },
            }),
            {
              terminationGracePeriodSeconds: 20,
              volumes: [
                { name: 'host', hostPath: { path: join(cluster.dataDir, '..', 'host'), type: 'DirectoryOrCreate' } },
              ],
            },
          ),
        ),
      );
      await cluster.wait('pod/hooks', 'condition=Ready');
      await kubectl(['delete', 'pod', 'hooks']);
      assert.equal(await readFile(join(cluster.dataDir, '../host/hooks'), 'utf8'), 'started\nstopping\nterm\n');
    }),

    t.test('changes of a ConfigMap and a Secret reach volumes', { timeout: 150_000 }, async () => {
      await kubectl(['create', 'configmap', 'settings', '--from-literal=mode=slow']);
      await kubectl(['create', 'secret', 'generic', 'key', '--from-literal=word=open']);
      await cluster.apply(
        manifest(
          pod(
            'reader',
            shell('sleep 3600', {
              env: [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } }],
              envFrom: [{ prefix: 'S_', secretRef: { name: 'key' } }],
              volumeMounts: [
                { name: 'both', mountPath: '/both' },
                { name: 'one', mountPath: '/one', subPath: 'mode' },
              ],
            }),
            {
              volumes: [
                {
                  name: 'both',
                  projected: {
                    defaultMode: 0o440,
                    sources: [
                      { configMap: { name: 'settings' } },
                      { secret: { name: 'key', items: [{ key: 'word', path: 'deep/word' }] } },
                    ],
                  },
                },
                { name: 'one', configMap: { name: 'settings' } },
              ],
            },
          ),
        ),
      );
      await cluster.wait('pod/reader', 'condition=Ready');
      assert.equal(
        await exec('reader', 'sh', '-c', 'cat /both/mode /both/deep/word /one; echo $MODE$S_word'),
        'slowopenslowslowopen\n',
      );
      await kubectl(['patch', 'configmap', 'settings', '-p', '{"data":{"mode":"fast"}}']);
      await kubectl(['patch', 'secret', 'key', '-p', '{"stringData":{"word":"shut"}}']);
      await until(
        'the new content',
        async () => (await exec('reader', 'sh', '-c', 'cat /both/mode /both/deep/word')) === 'fastshut',
        { timeoutMs: 100_000 },
      );
      assert.equal(await exec('reader', 'cat', '/one'), 'slow', 'a sub-path stays');
    }),

    t.test('a projected token opens the API, for as much as its account may', async () => {
      await cluster.apply(
        manifest(
          pod('caller', shell('sleep 3600'), {
            volumes: [
              {
                name: 'token',
                projected: {
                  sources: [{ serviceAccountToken: { audience: 'vault', expirationSeconds: 600, path: 'token' } }],
                },
              },
            ],
            containers: [shell('sleep 3600', { volumeMounts: [{ name: 'token', mountPath: '/vault' }] })],
          }),
        ),
      );
      await cluster.wait('pod/caller', 'condition=Ready');
      const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
      const token = await exec('caller', 'cat', `${folder}/token`);
      const claims = (text: string) => JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString());
      assert.equal(claims(token).sub, 'system:serviceaccount:default:default');
      assert.equal(claims(token)['kubernetes.io'].pod.name, 'caller');
      assert.equal(await exec('caller', 'cat', `${folder}/namespace`), 'default');
      assert.deepEqual(claims(await exec('caller', 'cat', '/vault/token')).aud, ['vault']);
      const ca = join(cluster.dataDir, '../ca.crt');
      await writeFile(ca, await exec('caller', 'cat', `${folder}/ca.crt`));
      const call = async (path: string, bearer: string) => {
        const words = [
          'curl',
          '-s',
          '--cacert',
          ca,
          '-H',
          `Authorization: Bearer ${bearer}`,
          '-o',
          '/dev/null',
          '-w',
          '%{http_code}',
        ];
        return (await cluster.inside([...words, `https://10.43.0.1${path}`])).stdout;
      };
      assert.equal(await call('/api', token), '200');
      assert.equal(await call('/api/v1/secrets', token), '403');
      assert.equal(await call('/api', await exec('caller', 'cat', '/vault/token')), '401', 'a token for others');
      await kubectl(['delete', 'pod', 'caller', '--now']);
      await until('the token to be worth nothing', async () => (await call('/api', token)) === '401');
    }),

    t.test('memory and shared folders', async () => {
      const host = join(cluster.dataDir, '../host-folder');
      await mkdir(host);
      await writeFile(join(host, 'there'), 'before\n');
      await cluster.apply(
        manifest(
          pod(
            'folders',
            shell('sleep 3600', {
              volumeMounts: [
                { name: 'memory', mountPath: '/memory' },
                { name: 'host', mountPath: '/host' },
                { name: 'host', mountPath: '/read', readOnly: true },
              ],
            }),
            {
              volumes: [
                { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '4Mi' } },
                { name: 'host', hostPath: { path: host, type: 'Directory' } },
              ],
            },
          ),
          pod('missing', shell('true', { volumeMounts: [{ name: 'host', mountPath: '/host' }] }), {
            volumes: [{ name: 'host', hostPath: { path: join(host, 'none'), type: 'Directory' } }],
          }),
        ),
      );
      await cluster.wait('pod/folders', 'condition=Ready');
      assert.match(await exec('folders', 'df', '/memory'), /tmpfs +4096 /);
      assert.equal(
        await exec('folders', 'sh', '-c', 'cat /host/there; echo after >/host/new; touch /read/x 2>&1 || true'),
        'before\ntouch: /read/x: Read-only file system\n',
      );
      assert.equal(await readFile(join(host, 'new'), 'utf8'), 'after\n');
      await until('why the other pod waits', async () =>
        /FailedMount.*hostPath type check failed/.test(
          await kubectl(['get', 'events', '--field-selector', 'involvedObject.name=missing']),
        ),
      );
    }),

    t.test('limits become control groups, and too much memory ends a container', async () => {
      const resources = { requests: { cpu: '100m' }, limits: { cpu: '500m', memory: '16Mi' } };
      await cluster.apply(
        manifest(
          pod('limited', shell('sleep 3600', { resources })),
          pod('greedy', shell('tail /dev/zero', { resources }), { restartPolicy: 'Never' }),
        ),
      );
      await cluster.wait('pod/limited', 'condition=Ready');
      const { status } = await cluster.get('pod', 'limited');
      assert.equal(status?.qosClass, 'Burstable');
      const read =
        'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max';
      assert.match(await exec('limited', 'sh', '-c', read), /^16777216\n50000\b/);
      const killed = await cluster.until('pod', 'greedy', (each) => each.status?.phase === 'Failed');
      const { reason, exitCode } = containerOf(killed)?.state?.terminated ?? {};
      assert.deepEqual([reason, exitCode], ['OOMKilled', 137]);
    }),

    t.test('images that are not there, and containers that fail, say so and wait longer each time', async () => {
      await cluster.apply(
        manifest(
          pod('absent', { ...shell('true'), image: 'docker.io/library/none:1', imagePullPolicy: 'Never' }),
          pod('loop', shell('echo again; exit 4')),
          pod('typo', { name: 'c', image, command: ['no-such-program'] }),
        ),
      );
      const absent = await cluster.until(
        'pod',
        'absent',
        (each) => containerOf(each)?.state?.waiting?.reason === 'ErrImageNeverPull',
      );
      assert.match(
        containerOf(absent)?.state?.waiting?.message ?? '',
        /Container image "docker\.io\/library\/none:1" is not present with pull policy of Never/,
      );
      const loop = await cluster.until(
        'pod',
        'loop',
        (each) => containerOf(each)?.state?.waiting?.reason === 'CrashLoopBackOff',
      );
      assert.match(
        containerOf(loop)?.state?.waiting?.message ?? '',
        /^back-off 10s restarting failed container=c pod=loop_default/,
      );
      assert.equal(containerOf(loop)?.lastState?.terminated?.exitCode, 4);
      const third = await cluster.until(
        'pod',
        'loop',
        (each) => {
          const { restartCount = 0, state } = containerOf(each) ?? {};
          return restartCount >= 2 && state?.waiting?.reason === 'CrashLoopBackOff';
        },
        40_000,
      );
      assert.match(containerOf(third)?.state?.waiting?.message ?? '', /^back-off 20s /);
      assert.equal(await logs('loop', '--previous'), 'again\n');
      const typo = await cluster.until(
        'pod',
        'typo',
        (each) => containerOf(each)?.lastState?.terminated ?? containerOf(each)?.state?.terminated,
      );
      const { reason, exitCode } =
        containerOf(typo)?.lastState?.terminated ?? containerOf(typo)?.state?.terminated ?? {};
      assert.deepEqual([reason, exitCode], ['StartError', 128]);
    }),

    t.test('an ending pod gets its time, and no more', async () => {
      await cluster.apply(
        manifest(
          pod('polite', shell('trap "sleep 1; exit 0" TERM; while :; do sleep 0.1; done'), {
            terminationGracePeriodSeconds: 30,
          }),
          pod('deaf', shell('trap "" TERM; while :; do sleep 0.1; done'), { terminationGracePeriodSeconds: 2 }),
        ),
      );
      for (const name of ['polite', 'deaf']) await cluster.wait(`pod/${name}`, 'condition=Ready');
      const begin = performance.now();
      const gone = ['polite', 'deaf'].map(async (name) => {
        await kubectl(['delete', 'pod', name]);
        return performance.now() - begin;
      });
      const [polite = 0, deaf = 0] = await Promise.all(gone);
      assert.ok(polite >= 1_000 && polite < 20_000, `polite: ${polite}`);
      assert.ok(deaf >= 2_000 && deaf < 20_000, `deaf: ${deaf}`);
    }),

    t.test('restart policies', async () => {
      const count = (name: string, code: number) =>
        shell(`echo >>/host/${name}; [ $(wc -l </host/${name}) -ge 2 ] || exit ${code}`, {
          volumeMounts: [{ name: 'host', mountPath: '/host' }],
        });
      const volumes = [
        { name: 'host', hostPath: { path: join(cluster.dataDir, '../restarts'), type: 'DirectoryOrCreate' } },
      ];
      await cluster.apply(
        manifest(
          pod('never', count('never', 5), { restartPolicy: 'Never', volumes }),
          pod('on-failure', count('on-failure', 5), { restartPolicy: 'OnFailure', volumes }),
          pod('succeeds', shell('true'), { restartPolicy: 'OnFailure' }),
        ),
      );
      const never = await cluster.until('pod', 'never', ({ status }) => status?.phase === 'Failed');
      assert.deepEqual([containerOf(never)?.state?.terminated?.exitCode, containerOf(never)?.restartCount], [5, 0]);
      const onFailure = await cluster.until('pod', 'on-failure', ({ status }) => status?.phase === 'Succeeded');
      assert.equal(containerOf(onFailure)?.restartCount, 1);
      const succeeds = await cluster.until('pod', 'succeeds', ({ status }) => status?.phase === 'Succeeded');
      assert.equal(containerOf(succeeds)?.state?.terminated?.reason, 'Completed');
    }),

    t.test('a pod knows itself and its Services', async () => {
      const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
      await cluster.apply(
        manifest(
          pod(
            'self',
            shell('env; cat /about/labels', {
              env: [
                field('NAME', 'metadata.name'),
                field('IP', 'status.podIP'),
                field('NODE', 'spec.nodeName'),
                field('HOST', 'status.hostIP'),
                { name: 'LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
                { name: 'BOTH', value: '$(NAME)/$(NODE)/$$(NAME)' },
              ],
              resources: { limits: { memory: '32Mi' } },
              volumeMounts: [{ name: 'about', mountPath: '/about' }],
            }),
            {
              restartPolicy: 'Never',
              securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000 },
              volumes: [
                {
                  name: 'about',
                  downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] },
                },
              ],
            },
            { labels: { a: 'b' } },
          ),
        ),
      );
      const { status } = await cluster.until('pod', 'self', (each) => each.status?.phase === 'Succeeded');
      const said = (await logs('self')).split('\n');
      for (const line of [
        'NAME=self',
        `IP=${status?.podIP}`,
        'NODE=n1',
        'HOST=10.77.0.1',
        'LIMIT=32',
        'BOTH=self/n1/$(NAME)',
        'KUBERNETES_SERVICE_HOST=10.43.0.1',
        'a="b"',
      ])
        assert.ok(said.includes(line), `${line} in ${said.join(' ')}`);
    }),
  ]);
});
