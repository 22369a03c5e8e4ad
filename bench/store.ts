import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { benchPod } from './pod.ts';
import { inFolder, perSecond, print, rate } from './run.ts';

// node bench/store.ts: what the SQLite driver does, beside what the disk does.

const value = Buffer.from(JSON.stringify(benchPod('bench')));

await inFolder(async (folder) => {
  const file = openSync(join(folder, 'bare'), 'w');
  const disk = await rate({ total: 2000, inFlight: 1 }, async () => {
    writeSync(file, value);
    fsyncSync(file);
  });
  closeSync(file);
  print('bare baseline: write and fsync of one value', perSecond(disk));

  const store = await openSqliteStore({ file: join(folder, 'state.db') });
  for (const inFlight of [1, 8, 32, 128]) {
    const before = (await store.stats()).commits;
    const total = inFlight === 1 ? 3000 : 20_000;
    const result = await rate({ total, inFlight }, (i) => store.create(`/registry/pods/x/${inFlight}-${i}`, value));
    const batch = total / ((await store.stats()).commits - before);
    print(
      `durable creates of ${value.length} B, ${inFlight} in flight`,
      `${perSecond(result)}, ${batch.toFixed(1)} a commit`,
    );
  }
  const lazy = await rate({ total: 50_000, inFlight: 32 }, (i) =>
    store.create(`/registry/leases/x/${i}`, Buffer.from(`${i}`), { durability: 'lazy' }),
  );
  print('lazy creates', perSecond(lazy));
  const startMs = performance.now();
  const { entries } = await store.list('/registry/');
  print(`list of ${entries.length} entries`, `${(performance.now() - startMs).toFixed(0)} ms`);
  const { bytesWritten } = await store.stats();
  print('bytes written for each byte created', (bytesWritten / (63_000 * value.length)).toFixed(2));
  await store.close();
});
