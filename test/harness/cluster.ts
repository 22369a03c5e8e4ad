import type { TestContext } from 'node:test';
import type { Pod } from '../../src/api/schema/generated/types/core-v1.ts';
import { busyboxImage } from '../images/images.ts';
import { type TestServer, type TestServerOptions, testServer } from './k3ts.ts';
import { image } from './objects.ts';
import { until } from './wait.ts';

/** A server with a Ready node and the tests' image, and what tests ask of it all the time. */
export interface Cluster extends TestServer {
  /** An object as `kubectl get -o json` shows it. */
  get<T = Pod>(kind: string, name: string, ...flags: string[]): Promise<T>;
  /** Waits until the object passes; fails with how it was last. */
  until<T = Pod>(kind: string, name: string, check: (object: T) => unknown, timeoutMs?: number): Promise<T>;
  /** Waits until there is no such object. */
  untilGone(kind: string, name: string, timeoutMs?: number): Promise<void>;
  /** Output of a command in a pod. */
  exec(pod: string, ...command: string[]): Promise<string>;
  logs(pod: string, ...flags: string[]): Promise<string>;
  /** Waits for a condition of `kubectl wait`. */
  wait(what: string, condition: string, timeoutS?: number): Promise<void>;
  rollout(what: string, timeoutS?: number): Promise<void>;
}

export async function startCluster(t: TestContext, options: TestServerOptions = {}): Promise<Cluster> {
  const server = await testServer(t, { ...options, images: [await busyboxImage(image), ...(options.images ?? [])] });
  await server.start();
  await server.ready();
  const get = async <T>(kind: string, name: string, ...flags: string[]): Promise<T> =>
    JSON.parse(await server.kubectl(['get', kind, name, '-o', 'json', ...flags]));
  const more: Omit<Cluster, keyof TestServer> = {
    get,
    async until<T>(kind: string, name: string, check: (object: T) => unknown, timeoutMs = 30_000) {
      let last: T | undefined;
      try {
        return await until<T>(
          `${kind} ${name}`,
          async () => {
            last = await get<T>(kind, name);
            return check(last) ? last : undefined;
          },
          { timeoutMs },
        );
      } catch (cause) {
        const { status } = (last ?? {}) as { status?: unknown };
        const { stdout } = await server.tryKubectl(['get', 'events', '--sort-by=.metadata.creationTimestamp']);
        const events = stdout.split('\n').slice(-15).join('\n');
        throw new Error(`${kind} ${name} did not come there: ${JSON.stringify(status, undefined, 1)}\n${events}`, {
          cause,
        });
      }
    },
    async untilGone(kind, name, timeoutMs = 30_000) {
      const gone = async () => (await server.kubectl(['get', kind, name, '-o', 'name', '--ignore-not-found'])) === '';
      await until(`${kind} ${name} to be gone`, gone, { timeoutMs });
    },
    exec: (pod, ...command) => server.kubectl(['exec', pod, '--', ...command]),
    logs: (pod, ...flags) => server.kubectl(['logs', pod, ...flags]),
    async wait(what, condition, timeoutS = 30) {
      await server.kubectl(['wait', what, `--for=${condition}`, `--timeout=${timeoutS}s`]);
    },
    async rollout(what, timeoutS = 60) {
      await server.kubectl(['rollout', 'status', what, `--timeout=${timeoutS}s`], {
        timeoutMs: timeoutS * 1000 + 5_000,
      });
    },
  };
  // Not a copy: the server's process id changes with each start.
  return Object.assign(Object.create(server) as TestServer, more);
}
