import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodeOf } from './exec.ts';

test("the runtime's last word is the exit code, or why there is none", () => {
  assert.equal(exitCodeOf('{"metadata":{},"status":"Success"}'), 0);
  const failure = { status: 'Failure', message: 'command terminated with non-zero exit code' };
  const causes = [{ reason: 'ExitCode', message: '42' }];
  assert.equal(exitCodeOf(JSON.stringify({ ...failure, reason: 'NonZeroExitCode', details: { causes } })), 42);
  assert.throws(() => exitCodeOf('{"status":"Failure","message":"no such file"}'), /no such file/);
});
