import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Entry } from '../../contract.ts';
import { CacheView } from '../cache-view.ts';
import { type Bench, draftWidget, openBench, type Widget, widget } from '../registry.test-helper.ts';

const at = (name: string) => ({ namespace: 'default', name });

describe('cache', () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench();
  });
  after(() => bench.close());

  it('catches up when more changes come at once than the store remembers', async () => {
    await bench.create('gone');
    const gone = await bench.store.get('/registry/example.com/widgets/default/gone');
    const seen: string[] = [];
    const stop = new AbortController();
    const options = { resourceVersion: String(bench.registry.cache.revision) };
    const watch = bench.registry.watch(widget, options, { ...bench.context, signal: stop.signal });
    const watching = (async () => {
      for await (const batch of watch)
        for (const { type, entry } of batch) seen.push(`${type} ${entry.object.metadata.name}`);
    })();
    const value = Buffer.from(
      '{"kind":"Widget","apiVersion":"example.com/v1","metadata":{"name":"x","namespace":"default"}}',
    );
    const writes = Array.from({ length: 5000 }, (_, i) =>
      bench.store.create(`/registry/example.com/widgets/default/burst-${i}`, Buffer.from(value), {
        durability: 'lazy',
      }),
    );
    await Promise.all([...writes, bench.store.delete(gone?.key ?? '', gone?.revision ?? 0)]);
    await bench.registry.cache.reached(await bench.store.revision());
    const list = await bench.registry.list(widget, {}, bench.context);
    assert.equal(list.entries.length, 5000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(seen.filter((text) => text.startsWith('ADDED')).length, 5000);
    assert.ok(seen.includes('DELETED gone'));
    await bench.create('after');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(seen.at(-1), 'ADDED after');
    stop.abort();
    await watching;
  });

  it('drops parsed forms that nobody asks for, and makes them again', async () => {
    await bench.create('dropped');
    const entry: Entry = await bench.registry.get(widget, at('dropped'), bench.context);
    const first = entry.object;
    assert.equal(entry.object, first);
    await bench.clock.advance(120_000);
    const second = entry.object;
    assert.notEqual(second, first);
    assert.deepEqual(second, first);
  });

  it('drops what was parsed for a look at all within seconds, and keeps what is asked for by key', async () => {
    await bench.create('looked-at');
    const view = new CacheView<Widget>(bench.registry.cache, widget, { allowed: Promise.resolve() });
    await view.ready();
    await bench.clock.advance(120_000);
    const listed = () => view.list('default').find(({ metadata }) => metadata.name === 'looked-at');
    const first = listed();
    assert.equal(listed(), first);
    await bench.clock.advance(6000);
    const second = listed();
    assert.notEqual(second, first);
    assert.deepEqual(second, first);
    assert.equal(view.get('default/looked-at'), second);
    await bench.clock.advance(6000);
    assert.equal(view.get('default/looked-at'), second);
  });

  it('never lets a shared object be changed', async () => {
    await bench.create('frozen', { spec: { parts: [{ name: 'a' }] } });
    const { object } = await bench.registry.get(widget, at('frozen'), bench.context);
    assert.throws(() => Object.assign(object.metadata, { name: 'x' }), TypeError);
    assert.throws(() => Object.assign(object.spec?.parts?.[0] ?? {}, { name: 'x' }), TypeError);
  });

  it('leaves the caller of a dry run nothing in the cache', async () => {
    const dry = { ...bench.context, dryRun: true };
    const { revision } = bench.registry.cache;
    await bench.registry.create(widget, at('dry'), draftWidget('dry'), dry);
    assert.equal(bench.registry.cache.revision, revision);
  });
});
