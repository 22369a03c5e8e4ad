import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStartHooks } from './start-hooks.ts';

test('a hook’s check fails until the hook has run', async () => {
  const hooks = createStartHooks(['a', 'b']);
  const [a, b] = hooks.checks;
  assert.equal(a?.name, 'poststarthook/a');
  assert.throws(() => a.check(), /not finished/);
  await assert.rejects(
    hooks.run('a', () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.throws(() => a.check(), /not finished/);
  await hooks.run('a', () => Promise.resolve());
  a.check();
  assert.throws(() => b?.check(), /not finished/);
});
