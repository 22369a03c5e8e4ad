import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from './log.ts';
import { createSteps, StepError } from './steps.ts';

function stepsWithLines() {
  const lines: string[] = [];
  return { lines, steps: createSteps({ log: silentLogger, show: (line) => lines.push(line) }) };
}

test('each step is shown with its duration, and stopped in reverse order', async () => {
  const { lines, steps } = stepsWithLines();
  const order: string[] = [];
  for (const name of ['store', 'api', 'node'])
    await steps.run(
      name,
      () => name,
      (started) => void order.push(started),
    );
  assert.deepEqual(await steps.stop(1000), []);
  assert.deepEqual(order, ['node', 'api', 'store']);
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? '', /^store +\d+ ms$/);
  assert.deepEqual(
    steps.done.map((step) => step.name),
    ['store', 'api', 'node'],
  );
});

test('a step that fails is named, and what came before it can still be stopped', async () => {
  const { steps } = stepsWithLines();
  let stopped = false;
  await steps.run(
    'store',
    () => 1,
    () => {
      stopped = true;
    },
  );
  const failing = steps.run('api', () => Promise.reject(new Error('port taken')));
  await assert.rejects(failing, (error) => {
    assert.ok(error instanceof StepError);
    assert.equal(error.message, 'cannot start api');
    assert.equal((error.cause as Error).message, 'port taken');
    return true;
  });
  await steps.stop(1000);
  assert.ok(stopped);
});

test('a step that hangs or throws while stopping does not keep the others from stopping', async () => {
  const { steps } = stepsWithLines();
  const order: string[] = [];
  await steps.run(
    'first',
    () => 1,
    () => void order.push('first'),
  );
  await steps.run(
    'throws',
    () => 1,
    () => {
      throw new Error('no');
    },
  );
  await steps.run(
    'hangs',
    () => 1,
    () => new Promise<void>(() => undefined),
  );
  assert.deepEqual(await steps.stop(200), ['hangs', 'throws']);
  assert.deepEqual(order, ['first']);
});

test('nothing starts once stopping has begun', async () => {
  const { steps } = stepsWithLines();
  await steps.stop(10);
  await assert.rejects(
    steps.run('late', () => 1),
    (error) => error instanceof StepError && error.code === 'stopping',
  );
});

test('a step that was under way when stopping began is stopped, too', async () => {
  const { steps } = stepsWithLines();
  const started = Promise.withResolvers<number>();
  const stopped: number[] = [];
  const running = steps.run(
    'slow',
    () => started.promise,
    (value) => void stopped.push(value),
  );
  await steps.stop(10);
  started.resolve(7);
  await assert.rejects(running, (error) => error instanceof StepError && error.code === 'stopping');
  assert.deepEqual(stopped, [7]);
});
