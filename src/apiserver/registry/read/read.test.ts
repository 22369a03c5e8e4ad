import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ApiError, isApiError } from '../../../api/status.ts';
import type { ReadOptions, RegistryWatchOptions, WatchFrame } from '../../contract.ts';
import { type Bench, draftWidget, openBench, type Widget, widget } from '../registry.test-helper.ts';

const at = (name: string, namespace = 'default') => ({ namespace, name });

describe('registry lists', () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench();
    for (const [namespace, name, color] of [
      ['b', 'one', 'red'],
      ['a-b', 'one', 'blue'],
      ['a', 'two', 'red'],
      ['a', 'one', 'blue'],
    ] as const) {
      const draft = draftWidget(name, { spec: { color }, metadata: { labels: { color } } });
      await bench.registry.create(widget, at(name, namespace), draft, bench.context);
    }
  });
  after(() => bench.close());
  const list = (options: ReadOptions = {}) => bench.registry.list(widget, options, bench.context);
  const names = async (options: ReadOptions = {}) =>
    (await list(options)).entries.map(({ object: { metadata } }) => `${metadata.namespace}/${metadata.name}`);

  it('gives key order, over all namespaces or in one', async () => {
    assert.deepEqual(await names(), ['a-b/one', 'a/one', 'a/two', 'b/one']);
    assert.deepEqual(await names({ namespace: 'a' }), ['a/one', 'a/two']);
    assert.deepEqual(await names({ namespace: 'none' }), []);
  });

  it('selects by labels and fields', async () => {
    assert.deepEqual(await names({ labelSelector: 'color in (red,green)' }), ['a/two', 'b/one']);
    assert.deepEqual(await names({ fieldSelector: 'spec.color=blue,metadata.namespace!=a' }), ['a-b/one']);
    assert.deepEqual(await names({ fieldSelector: 'metadata.name=one' }), ['a-b/one', 'a/one', 'b/one']);
    assert.deepEqual(await names({ fieldSelector: 'metadata.name=one', namespace: 'a' }), ['a/one']);
  });

  it('refuses selectors that it cannot read or does not know', async () => {
    await assert.rejects(list({ labelSelector: 'a in' }), (error) => isApiError(error, 'BadRequest'));
    await assert.rejects(list({ fieldSelector: 'spec.size=1' }), (error) => {
      assert.ok(isApiError(error, 'BadRequest'));
      assert.match(error.message, /field label not supported: spec\.size/);
      return true;
    });
  });

  it('checks resourceVersion and resourceVersionMatch as upstream does', async () => {
    const { revision } = await list();
    assert.equal((await list({ resourceVersion: '0' })).revision, revision);
    assert.equal((await list({ resourceVersion: '1', resourceVersionMatch: 'NotOlderThan' })).revision, revision);
    const faults: readonly [ReadOptions, string][] = [
      [{ resourceVersionMatch: 'Exact' }, 'Invalid'],
      [{ resourceVersion: '0', resourceVersionMatch: 'Exact' }, 'Invalid'],
      [{ resourceVersion: '1', resourceVersionMatch: 'Never' }, 'Invalid'],
      [{ resourceVersion: 'x' }, 'BadRequest'],
      [{ continue: 'x' }, 'BadRequest'],
    ];
    for (const [options, reason] of faults)
      await assert.rejects(list(options), (error) => error instanceof ApiError && error.reason === reason);
  });

  it('waits a little for a revision that is not here yet', async () => {
    const { revision } = await list();
    const wanted = { resourceVersion: String(revision + 2) };
    let answered = false;
    const waiting = list(wanted).then((result) => {
      answered = true;
      return result.revision;
    });
    await bench.clock.advance(1000);
    assert.equal(answered, false);
    await bench.create('later1');
    await bench.create('later2');
    await bench.clock.advance(100);
    const reached = await waiting;
    assert.ok(reached >= revision + 2);

    const future = { resourceVersion: '100000' };
    const refused = (attempt: Promise<unknown>) =>
      attempt.then(
        () => assert.fail('answered from the past'),
        (error: unknown) => error as ApiError,
      );
    const listed = refused(list(future));
    const got = refused(bench.registry.get(widget, at('later1'), bench.context, future));
    await bench.clock.advance(3100);
    const { message, details } = await listed;
    assert.equal(message, `Timeout: Too large resource version: 100000, current: ${reached}`);
    assert.equal((await got).message, message);
    assert.equal(details?.causes?.[0]?.reason, 'ResourceVersionTooLarge');
  });

  it('pages through one consistent state', async () => {
    for (let i = 0; i < 10; i++) {
      await bench.registry.create(widget, at(`p${i}`, 'pages'), draftWidget(`p${i}`), bench.context);
    }
    const first = await list({ namespace: 'pages', limit: 4 });
    assert.equal(first.remainingItemCount, 6);
    await bench.registry.delete(widget, at('p5', 'pages'), {}, bench.context);
    await bench.registry.create(widget, at('p55', 'pages'), draftWidget('p55'), bench.context);
    const patch = { type: 'merge', body: { spec: { size: 99 } } } as const;
    await bench.registry.patch(widget, at('p6', 'pages'), patch, bench.context);
    const second = await list({ namespace: 'pages', limit: 4, continue: first.continue ?? '' });
    assert.equal(second.revision, first.revision);
    assert.deepEqual(
      second.entries.map(({ object }) => object.metadata.name),
      ['p4', 'p5', 'p6', 'p7'],
    );
    assert.equal(second.entries[2]?.object.spec?.size, 1);
    const third = await list({ namespace: 'pages', limit: 4, continue: second.continue ?? '' });
    assert.deepEqual(
      third.entries.map(({ object }) => object.metadata.name),
      ['p8', 'p9'],
    );
    assert.equal(third.continue, undefined);
    assert.equal(third.remainingItemCount, undefined);
    const exact = { namespace: 'pages', resourceVersion: String(first.revision), resourceVersionMatch: 'Exact' };
    assert.equal((await names(exact)).length, 10);
    assert.ok((await names(exact)).includes('pages/p5'));
  });

  it('offers to go on inconsistently when a page is too old', async () => {
    const small = await openBench({ limits: { maxEvents: 3 } });
    for (let i = 0; i < 6; i++) await small.create(`w${i}`);
    const first = await small.registry.list(widget, { limit: 2 }, small.context);
    for (let i = 6; i < 12; i++) await small.create(`w${i}`);
    const options = { limit: 100, continue: first.continue ?? '' };
    let token = '';
    await assert.rejects(small.registry.list(widget, options, small.context), (error) => {
      assert.ok(isApiError(error, 'Expired'));
      assert.equal(error.httpCode, 410);
      assert.match(error.message, /^The provided continue parameter is too old/);
      token = error.toStatus().metadata?.continue ?? '';
      return true;
    });
    const rest = await small.registry.list(widget, { continue: token }, small.context);
    assert.equal(rest.entries.length, 10);
    await small.close();
  });
});

describe('registry watches', () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench();
  });
  after(() => bench.close());

  /** Collects frames until told to stop. */
  function follow(options: RegistryWatchOptions, on = bench) {
    const stop = new AbortController();
    const frames: WatchFrame<Widget>[] = [];
    const watch = on.registry.watch(widget, options, { ...on.context, signal: stop.signal });
    const ended = (async () => {
      for await (const batch of watch) frames.push(...batch);
    })();
    ended.catch(() => undefined); // looked at by the tests that expect it
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    return { frames, ended, stop, settle, text: () => frames.map((f) => `${f.type} ${f.entry.object.metadata.name}`) };
  }
  const patch = (name: string, body: Record<string, unknown>) =>
    bench.registry.patch(widget, at(name), { type: 'merge', body }, bench.context);

  it('sends every change after a resourceVersion, in order', async () => {
    const { metadata } = await bench.create('a');
    await patch('a', { spec: { size: 2 } });
    const { frames, text, stop, ended, settle } = follow({ resourceVersion: metadata.resourceVersion ?? '' });
    await bench.registry.delete(widget, at('a'), {}, bench.context);
    await settle();
    assert.deepEqual(text(), ['MODIFIED a', 'DELETED a']);
    const last = frames.at(-1)?.entry;
    assert.equal(last?.object.metadata.resourceVersion, String(last?.revision));
    assert.equal(JSON.parse(last?.json.toString() ?? '').spec.size, 2);
    stop.abort();
    await ended;
  });

  it('begins with what there is where no resourceVersion is given', async () => {
    await bench.create('first');
    const watch = follow({ namespace: 'default' });
    await watch.settle();
    await bench.create('second');
    await watch.settle();
    assert.deepEqual(watch.text(), ['ADDED first', 'ADDED second']);
    watch.stop.abort();
    await watch.ended;
  });

  it('ends the initial events with a bookmark that says so', async () => {
    const options = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true };
    const watch = follow(options);
    await watch.settle();
    const last = watch.frames.at(-1);
    assert.equal(last?.type, 'BOOKMARK');
    assert.deepEqual(last?.entry.object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' });
    assert.ok(watch.frames.length > 1);
    watch.stop.abort();
    assert.throws(
      () => follow({ sendInitialEvents: true }),
      (error) => isApiError(error, 'Invalid'),
    );
  });

  it('shows objects coming into and leaving a selection', async () => {
    await bench.create('moving');
    const watch = follow({ labelSelector: 'in=yes', resourceVersion: String(await bench.store.revision()) });
    await patch('moving', { metadata: { labels: { in: 'yes' } } });
    await patch('moving', { spec: { size: 2 } });
    await patch('moving', { metadata: { labels: { in: 'no' } }, spec: { size: 3 } });
    await patch('moving', { spec: { size: 4 } });
    await watch.settle();
    assert.deepEqual(watch.text(), ['ADDED moving', 'MODIFIED moving', 'DELETED moving']);
    const left = watch.frames.at(-1)?.entry;
    assert.equal(left?.object.spec?.size, 2, 'the last state that matched');
    assert.equal(left?.object.metadata.resourceVersion, String(left?.revision));
    watch.stop.abort();
  });

  it('gives all watchers the same frame', async () => {
    const watches = Array.from({ length: 3 }, () => follow({ resourceVersion: String(bench.registry.cache.revision) }));
    await bench.create('shared');
    await watches[0]?.settle();
    assert.ok(watches[0]?.frames[0]);
    for (const { frames } of watches) assert.equal(frames[0], watches[0]?.frames[0]);
    for (const { stop } of watches) stop.abort();
  });

  it('sends bookmarks each minute, and one before it times out', async () => {
    const resourceVersion = String(bench.registry.cache.revision);
    const watch = follow({ resourceVersion, allowWatchBookmarks: true, timeoutSeconds: 90 });
    await bench.clock.advance(60_000);
    assert.deepEqual(
      watch.frames.map(({ type }) => type),
      ['BOOKMARK'],
    );
    await bench.clock.advance(30_000);
    await watch.ended;
    assert.deepEqual(
      watch.frames.map(({ type }) => type),
      ['BOOKMARK', 'BOOKMARK'],
    );
  });

  it('refuses to begin where the past is forgotten', async () => {
    const small = await openBench({ limits: { maxEvents: 3 } });
    const first = await small.create('w0');
    for (let i = 1; i < 8; i++) await small.create(`w${i}`);
    assert.throws(
      () => follow({ resourceVersion: first.metadata.resourceVersion ?? '' }, small),
      (error) => {
        assert.ok(isApiError(error, 'Expired'));
        assert.match(error.message, /^too old resource version: \d+ \(\d+\)$/);
        return true;
      },
    );
    await small.close();
  });

  it('drops a watcher that falls behind, and holds nothing for it', async () => {
    const small = await openBench({ limits: { maxEvents: 3 } });
    const { metadata } = await small.create('w0');
    const options = { resourceVersion: metadata.resourceVersion ?? '' };
    const watch = small.registry.watch(widget, options, small.context)[Symbol.asyncIterator]();
    for (let i = 1; i < 8; i++) await small.create(`w${i}`);
    await assert.rejects(watch.next(), (error) => isApiError(error, 'Expired'));
    await small.close();
  });

  it('waits for the future where it is asked for it', async () => {
    const watch = follow({ resourceVersion: String(bench.registry.cache.revision + 20) });
    await bench.create('near'); // still before that revision
    await bench.create('far');
    await watch.settle();
    assert.deepEqual(watch.text(), ['ADDED far']);
    watch.stop.abort();
  });
});
