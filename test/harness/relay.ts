import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { TestServer } from './k3ts.ts';

/**
 * Makes the API of a server, which has a network of its own, reachable from the test's process: for clients that are
 * libraries. Returns the path of a kubeconfig of the administrator for it. Ends with the test; the server may end and
 * come back meanwhile.
 */
export async function reachApi(t: Pick<TestContext, 'after'>, server: TestServer): Promise<string> {
  const folder = dirname(server.kubeconfig);
  const socket = join(folder, 'relay.socket');
  const [enter = '', ...words] = server.network.inside;
  const program = join(import.meta.dirname, 'relay-program.ts');
  const args = [...words, process.execPath, program, socket, String(server.port)];
  const child = spawn(enter, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const open = new Set<Socket>();
  const listener = createServer((incoming) => {
    const outgoing = connect(socket);
    for (const [one, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(one);
      // Either end's failure ends the other; who talks through here sees its connection end.
      one
        .on('error', () => other.destroy())
        .on('close', () => {
          open.delete(one);
          other.destroy();
        });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  t.after(() => {
    child.kill();
    listener.close();
    for (const each of open) each.destroy();
  });
  await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const path = join(folder, 'reachable.kubeconfig');
  const own = await readFile(server.kubeconfig, 'utf8');
  await writeFile(path, own.replace(/server: https:\S+/, `server: https://127.0.0.1:${port}`));
  return path;
}
