import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ReflectorInput, type ReflectorState, startReflector, stepReflector } from './reflector-state.ts';

const listing = { name: 'listing', items: [], failures: 0 } as const;
const watching = { name: 'watching', resourceVersion: '5', failures: 0 } as const;
const waiting = { name: 'waiting', resourceVersion: '5', failures: 1 } as const;

describe('reflector states', () => {
  it('begins with a list', () => {
    assert.deepEqual(startReflector(), { state: listing, actions: [{ type: 'list' }] });
  });

  const edges: readonly [string, ReflectorState, ReflectorInput, ReflectorState, readonly unknown[]][] = [
    [
      'a first page asks for the next',
      listing,
      { type: 'page', items: ['a'], resourceVersion: '5', continue: 'more' },
      { ...listing, items: ['a'] },
      [{ type: 'list', continue: 'more' }],
    ],
    [
      'the last page is swapped in with those before, then watched from',
      { ...listing, items: ['a'] },
      { type: 'page', items: ['b'], resourceVersion: '5' },
      watching,
      [
        { type: 'replace', items: ['a', 'b'] },
        { type: 'watch', resourceVersion: '5' },
      ],
    ],
    [
      'a list whose pages expired begins again',
      { ...listing, items: ['a'] },
      { type: 'failed', expired: true },
      { ...listing, failures: 1 },
      [{ type: 'list' }],
    ],
    [
      'a failed list waits',
      listing,
      { type: 'failed', expired: false },
      { name: 'waiting', resourceVersion: undefined, failures: 1 },
      [{ type: 'wait', ms: 500 }],
    ],
    [
      'an event is applied, and moves the place to go on from',
      { ...watching, failures: 3 },
      { type: 'event', event: 'ADDED', object: 'x', resourceVersion: '6' },
      { ...watching, resourceVersion: '6' },
      [{ type: 'apply', event: 'ADDED', object: 'x' }],
    ],
    [
      'a bookmark moves it too',
      watching,
      { type: 'bookmark', resourceVersion: '9' },
      { ...watching, resourceVersion: '9' },
      [],
    ],
    ['a watch that ended goes on after a moment', watching, { type: 'ended' }, waiting, [{ type: 'wait', ms: 500 }]],
    [
      'a watch that broke goes on where it was',
      watching,
      { type: 'failed', expired: false },
      waiting,
      [{ type: 'wait', ms: 500 }],
    ],
    [
      'a watch that is too old lists again',
      watching,
      { type: 'failed', expired: true },
      { ...listing, failures: 1 },
      [{ type: 'list' }],
    ],
    [
      'a watch that is too old again and again waits before it lists',
      { ...watching, failures: 2 },
      { type: 'failed', expired: true },
      { name: 'waiting', resourceVersion: undefined, failures: 3 },
      [{ type: 'wait', ms: 2000 }],
    ],
    [
      'after a wait it watches',
      waiting,
      { type: 'elapsed' },
      { ...watching, failures: 1 },
      [{ type: 'watch', resourceVersion: '5' }],
    ],
    [
      'after a wait without a place it lists',
      { ...waiting, resourceVersion: undefined },
      { type: 'elapsed' },
      { ...listing, failures: 1 },
      [{ type: 'list' }],
    ],
    ['what is late is ignored', waiting, { type: 'ended' }, waiting, []],
  ];
  for (const [what, state, input, next, actions] of edges)
    it(what, () => {
      assert.deepEqual(stepReflector(state, input), { state: next, actions });
    });

  it('waits longer each time, up to half a minute', () => {
    let state: ReflectorState = listing;
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      const { state: next, actions } = stepReflector(state, { type: 'failed', expired: false });
      for (const action of actions) if (action.type === 'wait') waits.push(action.ms);
      state = stepReflector(next, { type: 'elapsed' }).state;
    }
    assert.deepEqual(waits.slice(0, 3), [500, 1000, 2000]);
    assert.equal(waits.at(-1), 30_000);
  });
});
