import { statSync } from 'node:fs';
import { openSqliteStore } from './sqlite-store.ts';

/** Run as a child process: writes under load, and tells its parent of each write only after it was answered. */
const file = process.argv[2] ?? '';
const store = await openSqliteStore({ file });
const wal = `${file}-wal`;

async function writer(name: number): Promise<void> {
  for (let i = 0; ; i++) {
    const key = `/registry/pods/w${name}/${i}`;
    const { revision } = await store.create(key, Buffer.alloc(100 + ((i * 37) % 4000), `${key} `));
    if (i % 5 === 4) await store.update(key, Buffer.from(`updated ${key}`), revision);
    if (i % 7 === 6) await store.create(`/registry/leases/w${name}/${i}`, Buffer.from('x'), { durability: 'lazy' });
    // The log's size now is at most what was synced with this write and those after it.
    process.stdout.write(`${key} ${await store.revision()} ${statSync(wal).size}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, name) => writer(name)));
