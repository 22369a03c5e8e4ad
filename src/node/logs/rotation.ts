import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Clock, pause } from '../../base/clock.ts';
import { errorCode } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { PodManager } from '../pods/manager.ts';
import type { AgentLayout } from '../runtime/containerd-config.ts';
import type { Cri } from '../runtime/cri.ts';

export interface RotationOptions {
  readonly cri: Cri;
  readonly manager: Pick<PodManager, 'list' | 'byUid'>;
  readonly layout: AgentLayout;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: 10 MiB. */
  readonly maxBytes?: number;
  /** With the one being written. Default: 5. */
  readonly maxFiles?: number;
  /** Default: 10,000. */
  readonly everyMs?: number;
}

/**
 * Bounds the logs of running containers: past the size a log is renamed and the runtime opens a new one; older ones are
 * compressed, and the oldest go.
 */
export class LogRotation {
  readonly #options: RotationOptions;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the node agent is stopping'));
    await this.#running;
  }

  async #loop(): Promise<void> {
    const { clock, everyMs = 10_000 } = this.#options;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      if (await pause(clock, everyMs, signal)) await this.rotateAll();
    }
  }

  async rotateAll(): Promise<void> {
    for (const pod of this.#options.manager.list())
      for (const container of this.#options.manager.byUid(pod.metadata.uid ?? '')?.view.containers ?? []) {
        if (container.state !== 'running' || container.logPath === '') continue;
        try {
          await this.#rotate(container.id, container.logPath);
        } catch (error) {
          this.#options.log.warn('cannot rotate the log of a container', { file: container.logPath, error });
        }
      }
  }

  async #rotate(containerId: string, path: string): Promise<void> {
    const { cri, maxBytes = 10 * 1024 * 1024, maxFiles = 5, clock } = this.#options;
    const size = await stat(path).then(
      (stats) => stats.size,
      (error: unknown) => {
        if (errorCode(error) === 'ENOENT') return 0;
        throw error;
      },
    );
    if (size < maxBytes) return;
    const stamp = new Date(clock.now())
      .toISOString()
      .slice(0, 19)
      .replaceAll(/[-T:]/g, '')
      .replace(/^(\d{8})/, '$1-');
    const rotated = `${path}.${stamp}`;
    await rename(path, rotated);
    try {
      await cri.call('ReopenContainerLog', { containerId }, { signal: this.#stopped.signal });
    } catch (error) {
      await rename(rotated, path); // or the runtime would write on into a file that is to be compressed
      throw error;
    }
    const old = (await readdir(dirname(path))).filter((name) => name.startsWith(`${basename(path)}.`)).sort();
    for (const name of old.slice(0, Math.max(old.length - (maxFiles - 1), 0)))
      await rm(join(dirname(path), name), { force: true });
    // The newest rotated file stays as it is: `logs -f` may still read it.
    for (const name of old.slice(-(maxFiles - 1), -1))
      if (!name.endsWith('.gz')) await compress(join(dirname(path), name));
  }
}

async function compress(path: string): Promise<void> {
  await pipeline(createReadStream(path), createGzip(), createWriteStream(`${path}.gz.tmp`, { mode: 0o640 }));
  await rename(`${path}.gz.tmp`, `${path}.gz`);
  await rm(path, { force: true });
}
