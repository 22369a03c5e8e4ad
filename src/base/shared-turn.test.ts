import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedTurn } from './shared-turn.ts';

test('who asks in one turn goes on in lockstep, who asks later in a later one', async () => {
  const turn = new SharedTurn();
  const steps: string[] = [];
  const work = async (name: string) => {
    await turn.next();
    steps.push(`${name}1`);
    await undefined;
    steps.push(`${name}2`);
  };
  const first = Promise.all([work('a'), work('b')]);
  assert.deepEqual(steps, []);
  await first;
  assert.deepEqual(steps, ['a1', 'b1', 'a2', 'b2']);
  await work('c');
  assert.deepEqual(steps.slice(4), ['c1', 'c2']);
});
