import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FairQueues, type QueueShape, type Ticket } from './fair-queues.ts';
import { dealHand, flowHash } from './shuffle-shard.ts';

const shape: QueueShape = { queues: 16, handSize: 4, lengthLimit: 50 };
const make = (limit: number, of: QueueShape = shape) =>
  new FairQueues<string>(of, limit, (hash, { queues, handSize }) => dealHand(hash, queues, handSize));

test('a hand is of different queues, always the same, whatever the hash', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 52 - 1 }),
      fc.integer({ min: 1, max: 200 }),
      fc.nat(12),
      (hash, deck, size) => {
        const hand = dealHand(hash, deck, size);
        assert.equal(hand.length, Math.min(size, deck));
        assert.equal(new Set(hand).size, hand.length);
        assert.ok(hand.every((card) => card >= 0 && card < deck));
        assert.deepEqual(dealHand(hash, deck, size), hand);
      },
    ),
  );
});

test('queues are dealt evenly', () => {
  const dealt = new Uint32Array(64);
  for (let user = 0; user < 2000; user++)
    for (const card of dealHand(flowHash('service-accounts', `user-${user}`), 64, 6))
      dealt[card] = (dealt[card] ?? 0) + 1;
  // 187 on average.
  assert.ok(Math.min(...dealt) > 120 && Math.max(...dealt) < 260, String(dealt));
});

test('whatever happens: no more seats than there are, nobody lost, nobody waits while seats are free', () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('arrive' as const),
        user: fc.nat(5),
        width: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('finish' as const), which: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('give up' as const), which: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('limit' as const), limit: fc.integer({ min: 1, max: 8 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('reshape' as const), queues: fc.integer({ min: 4, max: 20 }) }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const fair = make(4);
      let now = 0;
      let lowered = false;
      const started: number[] = [];
      const running: Ticket<string>[] = [];
      const waiting: Ticket<string>[] = [];
      const drain = () => {
        for (let ticket = fair.next(now); ticket; ticket = fair.next(now)) {
          assert.ok(waiting.includes(ticket));
          waiting.splice(waiting.indexOf(ticket), 1);
          running.push(ticket);
        }
      };
      for (const taken of steps) {
        now += 1;
        if (taken.type === 'arrive') {
          if (fair.tryStart(taken.width)) started.push(taken.width);
          else {
            const ticket = fair.enqueue(now, `${taken.user}`, {
              width: taken.width,
              hash: flowHash('s', `${taken.user}`),
            });
            if (ticket) waiting.push(ticket);
          }
        } else if (taken.type === 'finish') {
          const ticket = running.splice(taken.which, 1)[0];
          const width = ticket ? undefined : started.shift();
          if (ticket) fair.finish(now, ticket);
          else if (width) fair.finishStarted(width);
        } else if (taken.type === 'give up') {
          const ticket = waiting.splice(taken.which, 1)[0];
          if (ticket) assert.ok(fair.remove(now, ticket));
        } else if (taken.type === 'limit') {
          lowered ||= taken.limit < fair.limit;
          fair.setLimit(now, taken.limit);
        } else fair.reshape(now, { ...shape, queues: taken.queues });
        drain();
        const seats = [...started, ...running.map(({ width }) => width)].reduce((sum, width) => sum + width, 0);
        assert.equal(fair.seatsInUse, seats);
        assert.equal(fair.waiting, waiting.length);
        const alone = started.length + running.length <= 1;
        if (!lowered) assert.ok(seats <= fair.limit || alone);
        if (waiting.length > 0) assert.ok(seats > 0, 'all seats are free and somebody waits');
      }
      for (let left = 0; left < 1000 && (running.length > 0 || started.length > 0); left++) {
        now += 1;
        const ticket = running.shift();
        if (ticket) fair.finish(now, ticket);
        else fair.finishStarted(started.shift() ?? 0);
        drain();
      }
      assert.deepEqual([fair.waiting, fair.seatsInUse, waiting.length], [0, 0, 0]);
    }),
  );
});

/** Runs with every flow always having as many waiting as it likes; each request takes `serviceMs`. Gives what was served. */
function served(backlog: Readonly<Record<string, number>>, { limit = 4, turns = 2000, serviceMs = 10 } = {}) {
  const fair = make(limit, { queues: 64, handSize: 6, lengthLimit: 50 });
  const counts: Record<string, number> = {};
  const waiting: Record<string, number> = {};
  const running: { ticket: Ticket<string>; endMs: number }[] = [];
  for (let width = 0; width < limit; width++) fair.tryStart(1); // the shortage
  for (let width = 0; width < limit; width++) fair.finishStarted(1);
  for (let now = 0; now < turns; now++) {
    for (const [user, most] of Object.entries(backlog))
      while ((waiting[user] ?? 0) < most) {
        if (!fair.enqueue(now, user, { width: 1, hash: flowHash('s', user) })) break;
        waiting[user] = (waiting[user] ?? 0) + 1;
      }
    for (const done of running.filter(({ endMs }) => endMs <= now)) {
      fair.finish(now, done.ticket);
      running.splice(running.indexOf(done), 1);
    }
    for (let ticket = fair.next(now); ticket; ticket = fair.next(now)) {
      counts[ticket.request] = (counts[ticket.request] ?? 0) + 1;
      waiting[ticket.request] = (waiting[ticket.request] ?? 0) - 1;
      running.push({ ticket, endMs: now + serviceMs });
    }
  }
  return counts;
}

test('a flow that floods takes no more than its queues, one that asks little gets all of it', () => {
  const { flood = 0, calm = 0 } = served({ flood: 200, calm: 1 });
  // The flood has six queues of seven that want something.
  assert.ok(calm > 60, `calm: ${calm}, flood: ${flood}`);
  assert.ok(flood + calm > 700, 'all seats are used');
});

test('whoever comes to a shortage later is not behind all who wait already', () => {
  const fair = make(1, { queues: 64, handSize: 6, lengthLimit: 50 });
  assert.ok(fair.tryStart(1));
  for (let place = 0; place < 200; place++)
    assert.ok(fair.enqueue(0, 'flood', { width: 1, hash: flowHash('s', 'flood') }));
  // A long time later.
  assert.ok(fair.enqueue(10_000, 'calm', { width: 1, hash: flowHash('s', 'calm') }));
  fair.finishStarted(1);
  const order: string[] = [];
  for (let now = 10_000; order.length < 20; now++) {
    const ticket = fair.next(now);
    assert.ok(ticket);
    order.push(ticket.request);
    fair.finish(now + 1, ticket);
  }
  assert.ok(order.indexOf('calm') >= 0 && order.indexOf('calm') < 12, order.join());
});

test('equal flows get equal shares', () => {
  const { a = 0, b = 0 } = served({ a: 8, b: 8 });
  assert.ok(Math.abs(a - b) / (a + b) < 0.2, `${a} and ${b}`);
});

test('a wide request is not passed for ever', () => {
  const fair = make(3, { queues: 1, handSize: 1, lengthLimit: 10 });
  assert.ok(fair.tryStart(1));
  assert.ok(fair.enqueue(0, 'wide', { width: 3, hash: 1 }));
  assert.equal(fair.tryStart(1), false, 'somebody waits');
  assert.ok(fair.enqueue(0, 'narrow', { width: 1, hash: 1 }));
  assert.equal(fair.next(1), undefined);
  fair.finishStarted(1);
  const wide = fair.next(2);
  assert.equal(wide?.request, 'wide');
  assert.equal(fair.next(2), undefined);
  fair.finish(3, wide);
  assert.equal(fair.next(3)?.request, 'narrow');
});

test('a full queue refuses', () => {
  const fair = make(1, { queues: 1, handSize: 1, lengthLimit: 2 });
  assert.ok(fair.tryStart(1));
  const put = () => fair.enqueue(0, 'x', { width: 1, hash: 7 });
  assert.deepEqual([put() !== undefined, put() !== undefined, put()], [true, true, undefined]);
});
