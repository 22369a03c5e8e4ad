import assert from 'node:assert/strict';
import { test } from 'node:test';
import { busybox, startTestKubelet } from './kubelet.ts';

test('kubectl reads logs, runs commands and forwards ports', { timeout: 120_000 }, async (t) => {
  const kubelet = await startTestKubelet(t);
  const { node, kubectl } = kubelet;
  await node.createPod('web', {
    containers: [
      {
        name: 'c',
        image: 'busybox:test',
        command: [
          'sh',
          '-c',
          'echo one; echo two >&2; echo three; mkdir /www; echo served > /www/index.html; exec httpd -f -p 8080 -h /www',
        ],
      },
    ],
  });
  await node.until('web', ({ status }) => status?.phase === 'Running');
  void busybox;
  const show = async (args: string[], options = {}) => {
    const t0 = performance.now();
    try {
      console.log(
        args.join(' '),
        '=>',
        JSON.stringify(await kubectl(args, { timeoutMs: 10_000, ...options })),
        Math.round(performance.now() - t0),
        'ms',
      );
    } catch (error) {
      console.log(args.join(' '), '=> FAILED', String(error));
    }
  };
  await show(['logs', 'web']);
  await show(['logs', 'web', '--tail', '1', '--timestamps']);
  await show(['logs', 'web', '--previous']);
  await show(['exec', 'web', '--', 'echo', 'hello']);
  await show(['exec', '-i', 'web', '--', 'cat'], { input: 'given\n' });
  await show(['exec', 'web', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7']);
  await show(['exec', 'web', '--', 'no-such-program']);
  await show(['exec', '-i', 'web', '--', 'cat'], {
    input: 'given by spdy\n',
    env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' },
  });
  await show(['exec', 'web', '--', 'sh', '-c', 'exit 7'], { env: { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false' } });
  assert.ok(true);
});
