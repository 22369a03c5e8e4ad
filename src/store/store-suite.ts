import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Store, type StoreChange, StoreError } from './store.ts';

export interface StoreFixture {
  /** Opens the same data again after `close`, or after a crash. */
  open(): Promise<Store>;
  /** Removes the data. */
  destroy(): Promise<void>;
}

const bytes = (text: string) => Buffer.from(text);
const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString();
const failsWith = (code: string) => (error: unknown) => error instanceof StoreError && error.code === code;

/** What every driver must do. Call it once for each driver, with a factory that makes empty data. */
export function storeSuite(name: string, makeFixture: () => Promise<StoreFixture>): void {
  describe(`store: ${name}`, () => {
    let fixture: StoreFixture;
    let store: Store;

    before(async () => {
      fixture = await makeFixture();
      store = await fixture.open();
    });
    after(async () => {
      await store.close();
      await fixture.destroy();
    });

    it('gives back what was created', async () => {
      const { revision } = await store.create('/registry/a/one', bytes('1'));
      const entry = await store.get('/registry/a/one');
      assert.equal(text(entry?.value), '1');
      assert.equal(entry?.revision, revision);
      assert.equal(await store.get('/registry/a/none'), undefined);
    });

    it('refuses to create what exists', async () => {
      await store.create('/registry/b/one', bytes('1'));
      await assert.rejects(store.create('/registry/b/one', bytes('2')), failsWith('exists'));
      assert.equal(text((await store.get('/registry/b/one'))?.value), '1');
    });

    it('updates only at the expected revision', async () => {
      const first = await store.create('/registry/c/one', bytes('1'));
      const second = await store.update('/registry/c/one', bytes('2'), first.revision);
      assert.ok(second.revision > first.revision);
      await assert.rejects(store.update('/registry/c/one', bytes('3'), first.revision), failsWith('conflict'));
      await assert.rejects(store.update('/registry/c/none', bytes('3'), first.revision), failsWith('not-found'));
      assert.equal(text((await store.get('/registry/c/one'))?.value), '2');
    });

    it('deletes only at the expected revision', async () => {
      const { revision } = await store.create('/registry/d/one', bytes('1'));
      await assert.rejects(store.delete('/registry/d/one', revision - 1), failsWith('conflict'));
      assert.ok((await store.delete('/registry/d/one', revision)) > revision);
      await assert.rejects(store.delete('/registry/d/one', revision), failsWith('not-found'));
      assert.equal(await store.get('/registry/d/one'), undefined);
      await store.create('/registry/d/one', bytes('again'));
    });

    it('lists a prefix in key order, and nothing beside it', async () => {
      for (const key of ['b/x', 'a-b/x', 'a/y', 'a/x']) await store.create(`/registry/e/${key}`, bytes(key));
      await store.create('/registry/e2/x', bytes('beside'));
      const { entries, revision } = await store.list('/registry/e/');
      assert.deepEqual(
        entries.map(({ key }) => key),
        ['/registry/e/a-b/x', '/registry/e/a/x', '/registry/e/a/y', '/registry/e/b/x'],
      );
      assert.deepEqual(
        entries.map(({ value }) => text(value)),
        ['a-b/x', 'a/x', 'a/y', 'b/x'],
      );
      assert.ok(revision >= Math.max(...entries.map((entry) => entry.revision)));
      assert.deepEqual((await store.list('/registry/none/')).entries, []);
    });

    it('lets one of many racing writers win', async () => {
      const { revision } = await store.create('/registry/f/one', bytes('0'));
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => store.update('/registry/f/one', bytes(String(i)), revision)),
      );
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const result of results)
        if (result.status === 'rejected') assert.ok(failsWith('conflict')(result.reason), String(result.reason));
      const created = await Promise.allSettled(
        Array.from({ length: 20 }, () => store.create('/registry/f/two', bytes('2'))),
      );
      assert.equal(created.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    it('gives every write its own, growing revision', async () => {
      const entries = await Promise.all(
        Array.from({ length: 200 }, (_, i) =>
          store.create(`/registry/g/${i}`, bytes('x'), { durability: i % 3 === 0 ? 'lazy' : 'sync' }),
        ),
      );
      assert.equal(new Set(entries.map(({ revision }) => revision)).size, 200);
      const newest = Math.max(...entries.map(({ revision }) => revision));
      assert.equal(await store.revision(), newest);
    });

    it('reports every change once, in order, those before and those after the call', async () => {
      const since = await store.revision();
      const first = await store.create('/registry/h/1', bytes('1'));
      const stop = new AbortController();
      const seen: StoreChange[] = [];
      const reading = (async () => {
        for await (const batch of store.changes(since, stop.signal)) {
          seen.push(...batch);
          if (seen.some(({ key }) => key === '/registry/h/end')) stop.abort();
        }
      })();
      const second = await store.update('/registry/h/1', bytes('2'), first.revision);
      await Promise.all([
        store.delete('/registry/h/1', second.revision),
        ...Array.from({ length: 50 }, (_, i) =>
          store.create(`/registry/h/x${i}`, bytes('x'), { durability: i % 2 === 0 ? 'lazy' : 'sync' }),
        ),
      ]);
      await store.create('/registry/h/end', bytes('end'));
      await reading;
      const revisions = seen.map(({ revision }) => revision);
      assert.deepEqual(
        revisions,
        [...revisions].sort((a, b) => a - b),
      );
      assert.equal(new Set(revisions).size, 54);
      const own = seen.filter(({ key }) => key === '/registry/h/1');
      assert.deepEqual(
        own.map(({ type }) => type),
        ['put', 'put', 'delete'],
      );
    });

    it('goes on reporting after a burst of lazy writes, however it is committed', async () => {
      const stop = new AbortController();
      const seen = new Set<string>();
      const reading = (async () => {
        for (;;) {
          const since = await store.revision();
          for (const { key } of (await store.list('/registry/burst/')).entries) seen.add(key);
          try {
            for await (const batch of store.changes(since, stop.signal)) for (const { key } of batch) seen.add(key);
            return;
          } catch (error) {
            assert.ok(failsWith('too-old')(error), String(error));
          }
        }
      })();
      const burst = (name: string) =>
        Promise.all(
          Array.from({ length: 6000 }, (_, i) =>
            store.create(`/registry/burst/${name}${i}`, bytes('x'), { durability: 'lazy' }),
          ),
        );
      await burst('a');
      await new Promise((resolve) => setTimeout(resolve, 50));
      await burst('b');
      await store.create('/registry/burst/last', bytes('x'));
      while (seen.size < 12_001) await new Promise((resolve) => setTimeout(resolve, 5));
      stop.abort();
      await reading;
    });

    it('ends a reader of changes when its signal aborts', async () => {
      const stop = new AbortController();
      const reading = (async () => {
        for await (const _ of store.changes(await store.revision(), stop.signal)) assert.fail('nothing was written');
      })();
      setImmediate(() => stop.abort());
      await reading;
    });

    it('shows lazy writes at once, and keeps them over a clean close', async () => {
      const lazy = { durability: 'lazy' } as const;
      const first = await store.create('/registry/i/one', bytes('1'), lazy);
      const second = await store.update('/registry/i/one', bytes('2'), first.revision, lazy);
      assert.equal(text((await store.get('/registry/i/one'))?.value), '2');
      assert.deepEqual(
        (await store.list('/registry/i/')).entries.map((entry) => entry.revision),
        [second.revision],
      );
      await assert.rejects(store.update('/registry/i/one', bytes('3'), first.revision, lazy), failsWith('conflict'));
      await assert.rejects(store.create('/registry/i/one', bytes('3'), lazy), failsWith('exists'));
      const gone = await store.create('/registry/i/two', bytes('1'), lazy);
      await store.delete('/registry/i/two', gone.revision);
      await store.close();
      store = await fixture.open();
      const entry = await store.get('/registry/i/one');
      assert.equal(text(entry?.value), '2');
      assert.equal(entry?.revision, second.revision);
      assert.equal(await store.get('/registry/i/two'), undefined);
    });

    it('goes on counting after it was closed and opened', async () => {
      const { revision } = await store.create('/registry/j/one', bytes('1'));
      await store.close();
      store = await fixture.open();
      assert.ok((await store.create('/registry/j/two', bytes('2'))).revision > revision);
    });

    it('refuses changes that are no longer known', async () => {
      await store.create('/registry/k/one', bytes('1'));
      await store.close();
      store = await fixture.open();
      const read = async () => {
        for await (const _ of store.changes(0, AbortSignal.timeout(5000))) return;
      };
      await assert.rejects(read(), failsWith('too-old'));
    });

    it('refuses values that are too large, by name', async () => {
      const huge = Buffer.alloc(64 * 1024 * 1024);
      await assert.rejects(store.create('/registry/l/huge', huge), failsWith('too-large'));
    });

    it('takes any bytes as value, none included', async () => {
      const value = Buffer.from([0, 255, 10, 0]);
      await store.create('/registry/m/bytes', value);
      await store.create('/registry/m/none', Buffer.alloc(0));
      await store.create('/registry/m/slice', Buffer.from('abcdef').subarray(2, 4));
      const { entries } = await store.list('/registry/m/');
      assert.deepEqual(
        entries.map((entry) => text(entry.value)),
        [value.toString(), '', 'cd'],
      );
    });

    it('says what it holds', async () => {
      const stats = await store.stats();
      assert.equal(stats.entries, (await store.list('/registry/')).entries.length);
      assert.ok(stats.bytesOnDisk > 0);
    });

    it('fails by name once it is closed', async () => {
      const other = await makeFixture();
      const closed = await other.open();
      await closed.close();
      await closed.close();
      await assert.rejects(closed.create('/registry/x', bytes('x')), failsWith('unavailable'));
      await assert.rejects(closed.list('/registry/'), failsWith('unavailable'));
      await other.destroy();
    });
  });
}
