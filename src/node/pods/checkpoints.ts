import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/files.ts';
import type { Logger } from '../../base/log.ts';
import type { Pod } from './types.ts';

/** The pods that this node is to run, on disk, so that it works without a server. One file for each pod, 0600. */
export class Checkpoints {
  readonly #folder: string;
  readonly #log: Logger;
  /** What lies on disk, to write only what changed; and one write at a time for each pod. */
  readonly #written = new Map<string, string>();
  readonly #busy = new Map<string, Promise<void>>();

  constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** All checkpointed pods. A damaged file is named in the log and left out; the API will tell again. */
  async load(): Promise<readonly Pod[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const pods: Pod[] = [];
    for (const name of await readdir(this.#folder)) {
      if (!name.endsWith('.json')) continue;
      try {
        const text = await readFile(join(this.#folder, name), 'utf8');
        const pod = JSON.parse(text) as Pod;
        if (pod.metadata?.uid !== name.slice(0, -5)) throw new Error('its uid is not that of its name');
        this.#written.set(pod.metadata.uid, text);
        pods.push(pod);
      } catch (error) {
        this.#log.error('cannot read the checkpoint of a pod', { file: join(this.#folder, name), error });
      }
    }
    return pods;
  }

  /** Status is left out: it changes often and is found again from the runtime. Start time stays, for deadlines. */
  save(pod: Pod): void {
    const { managedFields: _, ...metadata } = pod.metadata;
    const status = pod.status?.startTime === undefined ? {} : { startTime: pod.status.startTime };
    const text = JSON.stringify({ ...pod, metadata: { ...metadata, resourceVersion: '0' }, status });
    const uid = pod.metadata.uid ?? '';
    if (this.#written.get(uid) === text) return;
    this.#written.set(uid, text);
    this.#queue(uid, () => writeFileAtomic(this.#path(uid), text, { mode: 0o600 }));
  }

  remove(uid: string): void {
    this.#written.delete(uid);
    this.#queue(uid, () => rm(this.#path(uid), { force: true }));
  }

  /** Resolves when all writes have ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  #path(uid: string): string {
    return join(this.#folder, `${uid}.json`);
  }

  #queue(uid: string, write: () => Promise<void>): void {
    const done = (this.#busy.get(uid) ?? Promise.resolve()).then(write).catch((error: unknown) => {
      this.#log.error('cannot write the checkpoint of a pod', { uid, error });
    });
    this.#busy.set(uid, done);
    void done.then(() => {
      if (this.#busy.get(uid) === done) this.#busy.delete(uid);
    });
  }
}
