import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../src/base/process.ts';
import { createTestNetwork } from '../harness/network.ts';

const root = join(import.meta.dirname, '../..');
const script = join(root, '../shared/accept/01-node.sh');
const skip = !existsSync(script) && 'there is no acceptance script beside this working copy';

test('the acceptance of one node from outside', { skip, timeout: 300_000 }, async (t) => {
  const network = await createTestNetwork();
  t.after(() => network.remove());
  const [first = '', ...words] = network.inside;
  const result = await run(first, [...words, script], { cwd: root, timeoutMs: 280_000, allowFailure: true });
  t.diagnostic(result.stdout);
  assert.equal(result.stdout.trim().split('\n').at(-1), 'ok', result.stderr);
});
