import type { KubeObject, ObjectKey } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import type { Change, Index, View } from '../client.ts';
import { ViewIndexes } from '../view-indexes.ts';

/** Removed objects remembered, so that an older event does not bring one back. */
const maxRemoved = 1000;

/** The content of a view of another server: one writer (the reflector, and the client's own writes), many readers. */
export class RemoteView<T extends KubeObject> implements View<T> {
  #objects = new Map<ObjectKey, T>();
  readonly #indexes = new ViewIndexes<T>();
  readonly #listeners = new Set<(change: Change<T>) => void>();
  readonly #ready = Promise.withResolvers<void>();
  /** uid of objects that this client removed before the watch told so. */
  readonly #removed = new Set<string>();
  #undelivered: Change<T>[] = [];

  constructor() {
    this.#ready.promise.catch(() => undefined); // told to those who wait
  }

  get(key: ObjectKey): T | undefined {
    return this.#objects.get(key);
  }

  list(namespace = ''): readonly T[] {
    const objects = [...this.#objects.values()];
    return namespace ? objects.filter(({ metadata }) => metadata.namespace === namespace) : objects;
  }

  by(index: Index<T>, value: string): readonly T[] {
    const keys = this.#indexes.keys(index, value, this.#objects);
    const objects: T[] = [];
    for (const key of keys) {
      const object = this.#objects.get(key);
      if (object) objects.push(object);
    }
    return objects;
  }

  counts(index: Index<T>): ReadonlyMap<string, number> {
    return this.#indexes.counts(index, this.#objects);
  }

  onChange(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async ready(signal?: AbortSignal): Promise<void> {
    if (!signal) return this.#ready.promise;
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([this.#ready.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** The client is closed, or the server will never answer (Forbidden): whoever waits is told. */
  fail(error: unknown): void {
    this.#ready.reject(error);
  }

  /** Swaps a whole list in at once, then tells what differs. Newer objects of the client's own writes stay. */
  replace(objects: readonly T[]): void {
    const before = this.#objects;
    const after = new Map<ObjectKey, T>();
    for (const object of objects) {
      if (this.#removed.has(object.metadata.uid ?? '')) continue;
      const key = keyOf(object);
      const known = before.get(key);
      after.set(key, known && !isNewer(object, known) ? known : object);
    }
    this.#objects = after;
    for (const [key, object] of after) {
      const old = before.get(key);
      if (!old) this.#changed(key, { type: 'added', object });
      else if (old !== object) this.#changed(key, { type: 'modified', object, old });
    }
    for (const [key, old] of before) if (!after.has(key)) this.#changed(key, { type: 'deleted', object: old, old });
    this.#ready.resolve();
  }

  /** An object that the server showed; older states than the known one are ignored. */
  put(object: T): void {
    if (this.#removed.has(object.metadata.uid ?? '')) return;
    const key = keyOf(object);
    const old = this.#objects.get(key);
    if (old && !isNewer(object, old)) return;
    this.#objects.set(key, object);
    this.#changed(key, old ? { type: 'modified', object, old } : { type: 'added', object });
  }

  /** An object that is gone, or no longer selected; `object` is its last state. */
  remove(object: T): void {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    if (!old || (old.metadata.uid !== object.metadata.uid && isNewer(old, object))) return;
    this.#objects.delete(key);
    this.#changed(key, { type: 'deleted', object, old });
  }

  /** The client itself removed it: older events that are still on their way do not bring it back. */
  forget(key: ObjectKey, uid: string | undefined): void {
    const object = this.#objects.get(key);
    if (object && (!uid || object.metadata.uid === uid)) this.remove(object);
    if (!uid) return;
    this.#removed.add(uid);
    const [oldest] = this.#removed;
    if (this.#removed.size > maxRemoved && oldest !== undefined) this.#removed.delete(oldest);
  }

  #changed(key: ObjectKey, change: Change<T>): void {
    if (change.type === 'deleted') this.#indexes.remove(key);
    else this.#indexes.put(key, change.object);
    if (this.#listeners.size === 0) return;
    this.#undelivered.push(change);
    if (this.#undelivered.length > 1) return;
    setImmediate(() => {
      const changes = this.#undelivered;
      this.#undelivered = [];
      for (const each of changes) for (const listener of [...this.#listeners]) listener(each);
    });
  }
}

/** resourceVersions of one server are numbers that grow (since Kubernetes 1.35 clients may rely on it). */
function isNewer(a: KubeObject, b: KubeObject): boolean {
  if (a.metadata.uid !== b.metadata.uid) return true;
  const [left = '', right = ''] = [a.metadata.resourceVersion, b.metadata.resourceVersion];
  return left.length === right.length ? left > right : left.length > right.length;
}
