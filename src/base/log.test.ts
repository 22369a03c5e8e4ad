import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeError } from './log.ts';

test('an error is told with its causes, each once', () => {
  const refused = new Error('connection refused');
  assert.equal(describeError(new Error('cannot ask', { cause: refused })), 'cannot ask: connection refused');
  const syntax = new Error('Syntax error: at the end');
  const compile = new Error('compilation failed: Syntax error: at the end\n | ..^', { cause: syntax });
  const file = new Error(`expression 1: ${compile.message}`, { cause: compile });
  assert.equal(describeError(file), 'expression 1: compilation failed: Syntax error: at the end\n | ..^');
  assert.equal(describeError(new Error('a', { cause: 'b' })), 'a: b');
  assert.equal(describeError('text'), 'text');
});

test('an error that is its own cause is told all the same', () => {
  const error = new Error('round');
  error.cause = error;
  assert.equal(describeError(error), 'round');
});
