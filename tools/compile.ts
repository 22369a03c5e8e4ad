import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { yaml } from '../src/base/yaml.ts';
import { serverCommand } from '../src/cli/server/command.ts';
import { createAuthority } from '../src/cluster/pki/certificate.ts';
import { startNode } from '../src/composition/node.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';

/**
 * Leaves all that a server loads in NODE_COMPILE_CACHE: what it imports, and what it loads later or in threads. The
 * compiler takes 30 MB, which a server that finds everything there never uses.
 */

if (!serverCommand.help().includes('k3ts server') || typeof startNode !== 'function')
  throw new Error('the server command is not what it was');
yaml();
await import('jose');
await createAuthority('compiled', { nowMs: Date.now(), days: 1 });
const folder = await mkdtemp(join(tmpdir(), 'k3ts-compile-'));
try {
  const store = await openSqliteStore({ file: join(folder, 'state.db') });
  await store.close();
} finally {
  await rm(folder, { recursive: true });
}
