import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pod as podKind } from '../../src/api/core/pod.ts';
import type { Pod } from '../../src/api/schema/generated/types/core-v1.ts';
import { busyboxImage } from '../images/images.ts';
import { startTestNode } from './harness.ts';

const image = 'busybox:test';
const shell = (script: string) => ['sh', '-c', script];

function condition(pod: Pod, type: string): string | undefined {
  return pod.status?.conditions?.find((candidate) => candidate.type === type)?.status;
}

test('life of pods on a node', { timeout: 180_000 }, async (t) => {
  const node = await startTestNode(t, [await busyboxImage('docker.io/library/busybox:test')]);
  const ref = (name: string) => ({ namespace: 'default', name });

  await t.test(
    'init containers run in order, a sidecar beside them, and the pod succeeds when its container has',
    async () => {
      await node.createPod('job', {
        restartPolicy: 'Never',
        volumes: [{ name: 'work', emptyDir: {} }],
        initContainers: [
          {
            name: 'first',
            image,
            command: shell('echo 1 >/work/log'),
            volumeMounts: [{ name: 'work', mountPath: '/work' }],
          },
          {
            name: 'side',
            image,
            restartPolicy: 'Always',
            command: shell('echo side >>/work/log; exec sleep 600'),
            volumeMounts: [{ name: 'work', mountPath: '/work' }],
            startupProbe: { exec: { command: ['grep', 'side', '/work/log'] }, periodSeconds: 1 },
          },
          {
            name: 'second',
            image,
            command: shell('echo 2 >>/work/log'),
            volumeMounts: [{ name: 'work', mountPath: '/work' }],
          },
        ],
        containers: [
          {
            name: 'main',
            image,
            command: shell('cat /work/log | tr "\\n" " " >/dev/termination-log; exit 0'),
            volumeMounts: [{ name: 'work', mountPath: '/work' }],
          },
        ],
      });
      const done = await node.until('job', ({ status }) => status?.phase === 'Succeeded');
      assert.equal(done.status?.containerStatuses?.[0]?.state?.terminated?.message, '1 side 2 ');
      assert.equal(done.status?.containerStatuses?.[0]?.state?.terminated?.reason, 'Completed');
      assert.deepEqual(
        done.status?.initContainerStatuses?.map(({ name }) => name),
        ['first', 'side', 'second'],
      );
      assert.equal(condition(done, 'Initialized'), 'True');
      await node.until('job', ({ status }) => status?.initContainerStatuses?.[1]?.state?.terminated !== undefined);
      assert.match(await node.logs('job', 'main').catch(() => 'no log'), /^$/);
      await node.client.delete(podKind, ref('job'));
      await node.untilGone('job');
    },
  );

  await t.test('a container that ends is started again at once, then only after ten seconds', async () => {
    await node.createPod('crash', { containers: [{ name: 'c', image, command: shell('echo run; exit 3') }] });
    const waiting = await node.until(
      'crash',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
    );
    const [status] = waiting.status?.containerStatuses ?? [];
    assert.equal(status?.restartCount, 1);
    assert.equal(status?.lastState?.terminated?.exitCode, 3);
    assert.equal(
      status?.state?.waiting?.message,
      `back-off 10s restarting failed container=c pod=crash_default(${waiting.metadata.uid})`,
    );
    assert.equal(waiting.status?.phase, 'Running');
    assert.ok(node.events.some(({ about, reason }) => about === 'crash' && reason === 'BackOff'));
    await node.client.delete(podKind, ref('crash'));
    await node.untilGone('crash');
  });

  await t.test('a liveness probe that fails restarts the container; readiness follows its probe', async () => {
    await node.createPod('probed', {
      containers: [
        {
          name: 'c',
          image,
          command: shell(
            'mkdir /w; [ -e /tmp/x ] || touch /tmp/alive; echo ok >/w/index.html; exec httpd -f -p 8080 -h /w',
          ),
          ports: [{ name: 'http', containerPort: 8080 }],
          readinessProbe: { httpGet: { path: '/index.html', port: 'http' }, periodSeconds: 1 },
          livenessProbe: { exec: { command: ['cat', '/tmp/alive'] }, periodSeconds: 1, failureThreshold: 1 },
        },
      ],
    });
    await node.until('probed', (pod) => condition(pod, 'Ready') === 'True');
    await node.exec('probed', ['mv', '/w/index.html', '/w/gone']);
    const unready = await node.until('probed', (pod) => condition(pod, 'Ready') === 'False');
    assert.equal(
      unready.status?.conditions?.find(({ type }) => type === 'Ready')?.message,
      'containers with unready status: [c]',
    );
    await node.exec('probed', ['rm', '/tmp/alive']);
    const restarted = await node.until('probed', ({ status }) => status?.containerStatuses?.[0]?.restartCount === 1);
    assert.ok(restarted.status?.containerStatuses?.[0]?.lastState?.terminated);
    const messages = node.events.filter(({ about }) => about === 'probed').map(({ message }) => message);
    assert.ok(messages.includes('Readiness probe failed: HTTP probe failed with statuscode: 404'), messages.join('\n'));
    assert.ok(
      messages.some((message) => message.startsWith("Liveness probe failed: cat: can't open '/tmp/alive'")),
      messages.join('\n'),
    );
    assert.ok(messages.includes('Container c failed liveness probe, will be restarted'), messages.join('\n'));
    await node.client.delete(podKind, ref('probed'), { gracePeriodSeconds: 0 });
    await node.untilGone('probed');
  });

  await t.test(
    'deletion runs the preStop hook, sends SIGTERM and publishes the end before the object goes',
    async () => {
      await node.createPod('stop', {
        terminationGracePeriodSeconds: 10,
        volumes: [{ name: 'out', hostPath: { path: `${node.dataDir}/out`, type: 'DirectoryOrCreate' } }],
        containers: [
          {
            name: 'c',
            image,
            command: shell('trap "echo term >>/out/log; exit 7" TERM; while true; do sleep 0.1; done'),
            volumeMounts: [{ name: 'out', mountPath: '/out' }],
            lifecycle: {
              preStop: { exec: { command: shell('echo hook >>/out/log') } },
              postStart: { exec: { command: shell('echo started >>/out/log') } },
            },
          },
        ],
      });
      await node.until('stop', (pod) => condition(pod, 'Ready') === 'True');
      await node.client.delete(podKind, ref('stop'));
      const phases = new Set<string | undefined>();
      const ended = node.untilGone('stop');
      let over = false;
      void ended.finally(() => {
        over = true;
      });
      while (!over) {
        const pod = await node.getPod('stop').catch(() => undefined);
        phases.add(pod?.status?.phase);
        await delay(2);
      }
      await ended;
      const { readFile } = await import('node:fs/promises');
      assert.equal(await readFile(`${node.dataDir}/out/log`, 'utf8'), 'started\nhook\nterm\n');
      assert.ok(phases.has('Failed'), [...phases].join());
    },
  );

  await t.test('what cannot be done is said in status and events, and goes on when it can', async () => {
    await node.createPod('missing', {
      containers: [
        {
          name: 'c',
          image,
          command: ['sleep', '600'],
          env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'conf', key: 'a' } } }],
        },
      ],
    });
    const waiting = await node.until(
      'missing',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    assert.equal(waiting.status?.containerStatuses?.[0]?.state?.waiting?.message, 'configmap "conf" not found');
    const { configMap } = await import('../../src/api/core/config-map.ts');
    await node.client.create(configMap, { metadata: ref('conf'), data: { a: 'value' } });
    await node.until('missing', ({ status }) => status?.phase === 'Running');
    assert.match(await node.exec('missing', ['env']), /^A=value$/m);
    await node.createPod('never', {
      containers: [{ name: 'c', image: 'nowhere.example.com/x:1', imagePullPolicy: 'Never' }],
    });
    await node.until(
      'never',
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImageNeverPull',
    );
    await node.createPod('deadline', {
      activeDeadlineSeconds: 1,
      containers: [{ name: 'c', image, command: ['sleep', '600'] }],
    });
    const late = await node.until('deadline', ({ status }) => status?.phase === 'Failed');
    assert.equal(late.status?.reason, 'DeadlineExceeded');
    for (const name of ['missing', 'never', 'deadline']) await node.client.delete(podKind, ref(name));
    for (const name of ['missing', 'never', 'deadline']) await node.untilGone(name);
  });

  await t.test('a restart of the agent leaves containers as they are', async () => {
    await node.createPod('lasting', {
      containers: [
        {
          name: 'c',
          image,
          command: ['sleep', '600'],
          readinessProbe: { exec: { command: ['true'] }, periodSeconds: 1 },
        },
      ],
    });
    const before = await node.until('lasting', (pod) => condition(pod, 'Ready') === 'True');
    await node.restart();
    await delay(1_500);
    const after = await node.getPod('lasting');
    assert.deepEqual(after.status?.containerStatuses, before.status?.containerStatuses);
    assert.deepEqual(after.status?.conditions, before.status?.conditions);
    await node.client.delete(podKind, ref('lasting'));
    await node.untilGone('lasting');
  });

  await t.test('nothing is left of pods that are gone', async () => {
    const { readdir } = await import('node:fs/promises');
    assert.deepEqual(await readdir(node.agent().layout.pods), []);
    assert.deepEqual(await readdir(node.agent().layout.podLogs), []);
    await delay(100);
    const saved = (await readdir(node.agent().layout.checkpoints)).filter((name) => name.endsWith('.json'));
    assert.deepEqual(saved, []);
    assert.equal((await node.agent().cri.call('ListContainers', {})).containers.length, 0);
  });
});
