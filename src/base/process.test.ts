import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ProcessError, run, startOwned } from './process.ts';

function failsWith(code: string, text: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof ProcessError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, text);
    return true;
  };
}
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: it has ended
  }
}

test('input goes in, both outputs come out', async () => {
  const result = await run('sh', ['-c', 'cat; echo problem >&2'], { input: 'hello' });
  assert.deepEqual(result, { exitCode: 0, signal: null, stdout: 'hello', stderr: 'problem\n' });
});

test('arguments are not seen by a shell', async () => {
  assert.equal((await run('printf', ['%s', '$(id); *'])).stdout, '$(id); *');
});

test('a status other than 0 is an error that tells what was said', async () => {
  await assert.rejects(run('sh', ['-c', 'echo broken >&2; exit 3']), failsWith('failed', /status 3: broken/));
  assert.equal((await run('sh', ['-c', 'exit 3'], { allowFailure: true })).exitCode, 3);
});

test('a missing program is named', async () => {
  await assert.rejects(run('no-such-program', []), failsWith('not-found', /no-such-program/));
  await assert.rejects(startOwned('no-such-program', []), failsWith('not-found', /no-such-program/));
});

test('a program that takes too long or is aborted has ended when the error arrives', async () => {
  const started = performance.now();
  await assert.rejects(run('sleep', ['60'], { timeoutMs: 50 }), failsWith('timeout', /50 ms/));
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 50);
  await assert.rejects(run('sleep', ['60'], { signal: abort.signal }), failsWith('aborted', /sleep 60/));
  await assert.rejects(run('sleep', ['60'], { signal: AbortSignal.abort() }), failsWith('aborted', /not started/));
  assert.ok(performance.now() - started < 30_000);
});

test('output is bounded', async () => {
  await assert.rejects(run('yes', [], { maxOutputBytes: 1000 }), failsWith('too-much-output', /1000 bytes/));
});

test('a program that does not read its input is judged by its status', async () => {
  assert.equal((await run('true', [], { input: 'x'.repeat(1_000_000) })).exitCode, 0);
});

test('an owned process that ignores SIGTERM is killed at the deadline', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'owned-'));
  try {
    const ready = join(folder, 'ready');
    const script = 'trap "" TERM; : >"$READY"; while :; do sleep 0.1; done';
    const child = await startOwned('sh', ['-c', script], { env: { READY: ready } });
    while (!existsSync(ready)) await new Promise((resolve) => setTimeout(resolve, 5));
    await child.stop(200);
    assert.ok(!alive(child.pid));
    assert.equal((await child.ended).signal, 'SIGKILL');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the end of an owned process is reported with its status', async () => {
  const child = await startOwned('sh', ['-c', 'exit 7']);
  assert.deepEqual(await child.ended, { exitCode: 7, signal: null });
});
