import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pod as podKind } from '../../api/core/pod.ts';
import { isApiError } from '../../api/status.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { describeError, type Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import type { Pod } from '../pods/types.ts';
import { mirroredUid, mirrorOf, staticPod } from './manifest.ts';

export interface StaticPodsOptions {
  readonly folder: string;
  readonly nodeName: string;
  readonly client: Pick<Client, 'create' | 'delete'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** The uid of the node's object; undefined: it has not registered. */
  nodeUid(): string | undefined;
}

/** What is to be done with the pods of the files. */
export interface StaticPodHooks {
  /** Begins a pod. False: a pod of its name is still there; it is asked again when `settle` is called. */
  add(pod: Pod): boolean;
  end(uid: string): void;
  /** Whether it runs or is being ended. */
  has(uid: string): boolean;
  /** The pod's mirror in the API is new, changed, or (undefined) gone. */
  mirrored(uid: string, mirror: Pod | undefined): void;
}

const settleMs = 200;
/** A folder that cannot be watched, or a file that was half-written, is looked at again after this time. */
const rescanMs = 20_000;
const retryMs = 1_000;

/** Runs the pods of a folder's manifests, and shows them in the API as mirror pods. */
export class StaticPods {
  readonly #options: StaticPodsOptions;
  readonly #stopped = new AbortController();
  /** By uid: those that the files want, and their mirrors by the static pod's uid. */
  #wanted: ReadonlyMap<string, Pod> = new Map();
  readonly #begun = new Set<string>();
  readonly #mirrors = new Map<string, Pod>();
  readonly #complaints = new Map<string, string>();
  #apiAnswers = false;
  #hooks: StaticPodHooks | undefined;
  #watcher: FSWatcher | undefined;
  #timer: Timer | undefined;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: StaticPodsOptions) {
    this.#options = options;
  }

  /** Begins the pods that are there, and follows the folder. */
  async start(hooks: StaticPodHooks): Promise<void> {
    const { folder, log } = this.#options;
    this.#hooks = hooks;
    await mkdir(folder, { recursive: true, mode: 0o755 });
    this.#watcher = watch(folder, { persistent: false }, () => this.#soon(settleMs));
    this.#watcher.on('error', (error) => log.error('cannot watch the folder of static pods', { folder, error }));
    this.#look();
    await this.#busy;
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error('the node agent is stopping'));
    this.#watcher?.close();
    this.#timer?.cancel();
    await this.#busy;
  }

  /** Resolves when what is known now has been done. */
  async settled(): Promise<void> {
    await this.#busy;
  }

  /** A pod has ended: what had to wait for it is done now. */
  settle(): void {
    if (this.#hooks) this.#look();
  }

  /** All mirrors that the API has were `seen`: now it can be told what is missing, and what is too much. */
  apiAnswers(): void {
    this.#apiAnswers = true;
    this.settle();
  }

  /** The API shows a mirror pod of this node. */
  seen(mirror: Pod): void {
    const uid = mirroredUid(mirror) ?? '';
    this.#mirrors.set(uid, mirror);
    if (this.#wanted.has(uid)) this.#hooks?.mirrored(uid, mirror);
    this.settle();
  }

  /** The API shows it no more. */
  unseen(mirror: Pod): void {
    const uid = mirroredUid(mirror) ?? '';
    if (this.#mirrors.get(uid)?.metadata.uid !== mirror.metadata.uid) return;
    this.#mirrors.delete(uid);
    this.#hooks?.mirrored(uid, undefined);
    this.settle();
  }

  #soon(ms: number): void {
    if (this.#stopped.signal.aborted) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(ms, () => this.#look());
  }

  /** One look at a time. */
  #look(): void {
    this.#busy = this.#busy.then(async () => {
      if (this.#stopped.signal.aborted) return;
      let againMs = rescanMs;
      try {
        this.#wanted = await this.#read();
        for (const uid of this.#begun)
          if (!this.#wanted.has(uid)) {
            this.#begun.delete(uid);
            this.#hooks?.end(uid);
          }
        for (const [uid, pod] of this.#wanted)
          if (!this.#begun.has(uid) && this.#hooks?.add(pod)) {
            this.#begun.add(uid);
            this.#hooks.mirrored(uid, this.#mirrors.get(uid));
          }
        if (this.#apiAnswers && !(await this.#mirror())) againMs = retryMs;
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        againMs = retryMs;
        this.#options.log.warn('cannot bring static pods up to date', { error });
      }
      this.#soon(againMs);
    });
  }

  async #read(): Promise<ReadonlyMap<string, Pod>> {
    const { folder, nodeName, log } = this.#options;
    const pods = new Map<string, Pod>();
    const names = (await readdir(folder)).filter((name) => /^[^.].*\.(ya?ml|json)$/.test(name)).sort();
    for (const name of names) {
      const file = join(folder, name);
      try {
        const pod = staticPod(await readFile(file, 'utf8'), { file, nodeName });
        pods.set(pod.metadata.uid ?? '', pod);
        this.#complaints.delete(file);
      } catch (error) {
        const complaint = describeError(error);
        if (this.#complaints.get(file) !== complaint) log.error('cannot use a static pod', { file, error });
        this.#complaints.set(file, complaint);
      }
    }
    return pods;
  }

  /** Removes mirrors of pods that are gone and those that are to be deleted, makes those that are missing. False: not yet all. */
  async #mirror(): Promise<boolean> {
    const { client, nodeName, nodeUid } = this.#options;
    const { signal } = this.#stopped;
    for (const [uid, { metadata }] of this.#mirrors) {
      if ((this.#wanted.has(uid) || this.#hooks?.has(uid)) && metadata.deletionTimestamp === undefined) continue;
      const ref = { namespace: metadata.namespace ?? '', name: metadata.name ?? '' };
      const preconditions = { uid: metadata.uid ?? '' };
      await client.delete(podKind, ref, { gracePeriodSeconds: 0, preconditions, signal }).catch((error: unknown) => {
        if (!isApiError(error, 'NotFound', 'Conflict')) throw error;
      });
      this.#mirrors.delete(uid);
      this.#hooks?.mirrored(uid, undefined);
    }
    const owner = nodeUid();
    if (owner === undefined) return this.#wanted.size === 0;
    for (const [uid, pod] of this.#wanted) {
      if (this.#mirrors.has(uid) || !this.#begun.has(uid)) continue;
      const mirror = await client.create(podKind, mirrorOf(pod, { name: nodeName, uid: owner }), { signal });
      this.#mirrors.set(uid, mirror);
      this.#hooks?.mirrored(uid, mirror);
    }
    return true;
  }
}
