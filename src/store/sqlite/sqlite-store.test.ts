import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, cp, mkdtemp, open, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { FakeClock } from '../../base/clock.ts';
import { StoreError } from '../store.ts';
import { storeSuite } from '../store-suite.ts';
import { openSqliteStore } from './sqlite-store.ts';

storeSuite('sqlite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-store-'));
  return {
    open: () => openSqliteStore({ file: join(folder, 'state.db') }),
    destroy: () => rm(folder, { recursive: true }),
  };
});

const failsWith = (code: string, file: string) => (error: unknown) => {
  assert.ok(error instanceof StoreError, String(error));
  assert.equal(error.code, code, error.message);
  assert.ok(error.message.includes(file), error.message);
  return true;
};

describe('sqlite store', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'k3ts-store-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function someData(file: string): Promise<void> {
    const store = await openSqliteStore({ file });
    for (let i = 0; i < 50; i++) await store.create(`/registry/pods/${i}`, Buffer.alloc(2000, 'x'));
    await store.close();
  }

  it('names a file that is no database, is empty, or is cut off', async () => {
    const file = join(folder, 'damaged.db');
    await writeFile(file, 'this is not a database, and long enough to be looked at as one'.repeat(100));
    await assert.rejects(openSqliteStore({ file }), failsWith('corrupt', file));
    await writeFile(file, '');
    await assert.rejects(openSqliteStore({ file }), failsWith('corrupt', file));
    await rm(file);
    await someData(file);
    const { size } = await stat(file);
    for (const part of [0.9, 0.5, 0.1]) {
      const cut = join(folder, `cut-${part}.db`);
      await copyFile(file, cut);
      await truncate(cut, Math.floor((size * part) / 4096) * 4096 + 100);
      await assert.rejects(openSqliteStore({ file: cut }), failsWith('corrupt', cut));
    }
  });

  it('names a file with a damaged page', async () => {
    const file = join(folder, 'page.db');
    await someData(file);
    const handle = await open(file, 'r+');
    await handle.write(Buffer.alloc(4096 * 3, 0xee), 0, 4096 * 3, 4096);
    await handle.close();
    await assert.rejects(openSqliteStore({ file }), failsWith('corrupt', file));
  });

  it('refuses a file that another server has open', async () => {
    const file = join(folder, 'shared.db');
    const store = await openSqliteStore({ file });
    await store.create('/registry/x', Buffer.from('x'));
    await assert.rejects(openSqliteStore({ file }), failsWith('unavailable', file));
    await store.close();
  });

  it('refuses a folder that is not there', async () => {
    const file = join(folder, 'missing', 'state.db');
    await assert.rejects(openSqliteStore({ file }), failsWith('unavailable', file));
  });

  it('fails writes by name when the disk is full, and goes on when there is room again', async () => {
    const file = join(folder, 'full.db');
    const store = await openSqliteStore({ file, maxFileBytes: 400 * 1024 });
    const keys: string[] = [];
    const fill = async () => {
      for (let i = 0; i < 1000; i++) {
        const key = `/registry/pods/${i}`;
        await store.create(key, Buffer.alloc(2000, 'x'));
        keys.push(key);
      }
    };
    await assert.rejects(fill(), failsWith('unavailable', file));
    assert.ok(keys.length > 50);
    assert.deepEqual((await store.list('/registry/pods/')).entries.length, keys.length);
    for (const key of keys.slice(0, 20)) {
      const entry = await store.get(key);
      await store.delete(key, entry?.revision ?? 0);
    }
    await store.create('/registry/pods/after', Buffer.alloc(2000, 'x'));
    await store.close();
  });

  it('writes lazy values rarely, one for each key', async () => {
    const clock = new FakeClock();
    const store = await openSqliteStore({ file: join(folder, 'lazy.db'), clock, lazyFlushMs: 60_000 });
    let { revision } = await store.create('/registry/leases/a', Buffer.from('0'), { durability: 'lazy' });
    const before = (await store.stats()).commits;
    for (let i = 0; i < 100; i++)
      ({ revision } = await store.update('/registry/leases/a', Buffer.from(`${i}`), revision, { durability: 'lazy' }));
    assert.ok((await store.stats()).commits <= before + 1); // at most one, to reserve revisions
    await clock.advance(60_000);
    const flushed = (await store.stats()).commits;
    assert.ok(flushed > before);
    await clock.advance(600_000);
    assert.equal((await store.stats()).commits, flushed);
    await store.close();
    assert.equal(clock.pendingTimers, 0);
  });

  it('flushes lazy values when they weigh too much', async () => {
    const store = await openSqliteStore({
      file: join(folder, 'heavy.db'),
      clock: new FakeClock(),
      maxLazyBytes: 10_000,
    });
    for (let i = 0; i < 20; i++)
      await store.create(`/registry/events/${i}`, Buffer.alloc(1000), { durability: 'lazy' });
    await store.create('/registry/sync', Buffer.from('x'));
    await store.create('/registry/sync2', Buffer.from('x'));
    const { bytesOnDisk } = await store.stats();
    assert.ok(bytesOnDisk > 12_000, `${bytesOnDisk}`);
    await store.close();
  });

  it('keeps every answered write when it is killed, or its log is cut off behind it', async () => {
    const file = join(folder, 'crash.db');
    const answered = await killedUnderLoad(file, 1500);
    const { size } = await stat(`${file}-wal`);
    const newest = Math.max(...answered.map(({ revision }) => revision));
    const sizes = [0.05, 0.31, 0.5, 0.77, 0.999].map((part) => Math.floor(size * part));
    for (const cutAt of [size, ...sizes]) {
      const copy = join(folder, `crash-${cutAt}`);
      await cp(file, copy);
      await cp(`${file}-wal`, `${copy}-wal`);
      await truncate(`${copy}-wal`, cutAt);
      const store = await openSqliteStore({ file: copy });
      const kept = new Map((await store.list('/registry/pods/')).entries.map((entry) => [entry.key, entry]));
      const due = answered.filter(({ logBytes }) => logBytes <= cutAt);
      for (const { key } of due) assert.ok(kept.has(key), `${key} is lost with the log cut at ${cutAt} of ${size}`);
      if (cutAt === size) {
        assert.ok(due.length >= 1500);
        assert.ok(
          (await store.create('/registry/next', Buffer.from('x'))).revision > newest,
          'a revision was used twice',
        );
      }
      await store.close();
    }
  });
});

interface Answered {
  readonly key: string;
  readonly revision: number;
  /** Size of the write-ahead log when the answer was there. */
  readonly logBytes: number;
}

/** What a child process had been told was written when it was killed after `count` answers. */
async function killedUnderLoad(file: string, count: number): Promise<Answered[]> {
  const script = new URL('./crash.test-child.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const answered: Answered[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const [key = '', revision, logBytes] = line.split(' ');
    if (logBytes) answered.push({ key, revision: Number(revision), logBytes: Number(logBytes) });
    if (answered.length === count) child.kill('SIGKILL');
  }
  await exited;
  return answered;
}
