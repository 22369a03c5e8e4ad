import type { KubeObject, ObjectKey } from '../api/object.ts';
import type { Index } from './client.ts';

/** The indexes of a view: each built on first use, kept up to date from then on. */
export class ViewIndexes<T extends KubeObject> {
  readonly #indexes = new Map<Index<T>, ViewIndex<T>>();

  /** The keys of the objects that `index` files under `value`; `objects` is asked for when the index is new. */
  keys(index: Index<T>, value: string, objects: Iterable<readonly [ObjectKey, T]>): Iterable<ObjectKey> {
    return this.#built(index, objects).keys(value);
  }

  /** How many keys each value has. */
  counts(index: Index<T>, objects: Iterable<readonly [ObjectKey, T]>): ReadonlyMap<string, number> {
    return this.#built(index, objects).counts();
  }

  #built(index: Index<T>, objects: Iterable<readonly [ObjectKey, T]>): ViewIndex<T> {
    let built = this.#indexes.get(index);
    if (!built) {
      built = new ViewIndex(index);
      for (const [key, object] of objects) built.put(key, object);
      this.#indexes.set(index, built);
    }
    return built;
  }

  /** Whether anything would come of `put`. */
  get isEmpty(): boolean {
    return this.#indexes.size === 0;
  }

  put(key: ObjectKey, object: T): void {
    for (const index of this.#indexes.values()) index.put(key, object);
  }

  remove(key: ObjectKey): void {
    for (const index of this.#indexes.values()) index.remove(key);
  }
}

class ViewIndex<T extends KubeObject> {
  readonly #index: Index<T>;
  readonly #keys = new Map<string, Set<ObjectKey>>();
  /** What each key is filed under, so that the old object need not be looked at again. */
  readonly #values = new Map<ObjectKey, readonly string[]>();

  constructor(index: Index<T>) {
    this.#index = index;
  }

  keys(value: string): Iterable<ObjectKey> {
    return this.#keys.get(value) ?? [];
  }

  counts(): ReadonlyMap<string, number> {
    return new Map(this.#keys.entries().map(([value, keys]) => [value, keys.size]));
  }

  put(key: ObjectKey, object: T): void {
    const values = this.#index.of(object);
    const before = this.#values.get(key);
    if (before?.length === values.length && values.every((value, i) => value === before[i])) return;
    this.remove(key);
    if (values.length === 0) return;
    this.#values.set(key, values);
    for (const value of values) {
      let keys = this.#keys.get(value);
      if (!keys) {
        keys = new Set();
        this.#keys.set(value, keys);
      }
      keys.add(key);
    }
  }

  remove(key: ObjectKey): void {
    for (const value of this.#values.get(key) ?? []) {
      const keys = this.#keys.get(value);
      keys?.delete(key);
      if (keys?.size === 0) this.#keys.delete(value);
    }
    this.#values.delete(key);
  }
}
