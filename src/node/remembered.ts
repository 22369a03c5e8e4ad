import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kind } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';
import { isApiError } from '../api/status.ts';
import { readTextIfPresent, writeFileAtomic } from '../base/files.ts';
import type { Logger } from '../base/log.ts';

interface Ref {
  readonly namespace?: string;
  readonly name: string;
}

/** The API did not decide: it is away, overloaded or broken. What it said last still counts. */
export function apiIsAway(error: unknown): boolean {
  if (!isApiError(error)) return true;
  return ['ServiceUnavailable', 'ServerTimeout', 'Timeout', 'TooManyRequests', 'InternalError'].includes(error.reason);
}

/** The file's name for an object; no part can have a `_` in it. */
export function rememberedName(kind: Pick<Kind, 'plural'>, { namespace = '', name }: Ref): string {
  return `${kind.plural}_${namespace}_${name}.json`;
}

/**
 * The objects that pods of this node name, as the API gave them last, on disk: a container can be started again while
 * the API is away. Files are 0600 and plain, secrets too, like the datastore beside them.
 */
export class RememberedObjects {
  readonly #folder: string;
  readonly #log: Logger;
  /** The version on disk by file name: what did not change is not written again. */
  readonly #versions = new Map<string, string>();
  #last: Promise<void> = Promise.resolve();

  constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Asks, and remembers the answer. When the API is away, what it said last is the answer. */
  async find<T extends KubeObject>(kind: Kind<T>, ref: Ref, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const name = rememberedName(kind, ref);
    try {
      const found = await ask();
      const version = found && `${found.metadata.uid} ${found.metadata.resourceVersion}`;
      if (found === undefined) this.#queue(() => rm(join(this.#folder, name), { force: true }));
      else if (this.#versions.get(name) !== version) this.#queue(() => this.#write(name, found));
      if (version === undefined) this.#versions.delete(name);
      else this.#versions.set(name, version);
      return found;
    } catch (error) {
      const text = apiIsAway(error) ? await readTextIfPresent(join(this.#folder, name)) : undefined;
      if (text === undefined) throw error;
      this.#log.warn('the API is away; taking what it said last', { [kind.plural]: ref.name, error });
      return JSON.parse(text) as T;
    }
  }

  /** Removes what no pod names any more; `wanted` has the names of files, or decides by content. */
  async prune(wanted: (name: string, object: () => Promise<KubeObject>) => Promise<boolean>): Promise<void> {
    await this.settled();
    const names = await readdir(this.#folder).catch(() => []); // nothing was remembered yet
    for (const name of names) {
      const path = join(this.#folder, name);
      if (await wanted(name, async () => JSON.parse(await readFile(path, 'utf8')))) continue;
      this.#versions.delete(name);
      await rm(path, { force: true });
    }
  }

  /** Resolves when all writes have ended. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #write(name: string, object: KubeObject): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFileAtomic(join(this.#folder, name), JSON.stringify(object), { mode: 0o600 });
  }

  #queue(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch((error: unknown) => {
      this.#log.error('cannot remember an object that a pod names', { error });
    });
  }
}
