import type { CachedEntry } from './cached-entry.ts';

/** Entries in key order. Inserting moves pointers, which is cheap up to hundreds of thousands. */
export class SortedEntries {
  #entries: CachedEntry[] = [];

  get length(): number {
    return this.#entries.length;
  }

  /** The first index whose key is not before `key`. */
  indexOf(key: string): number {
    let low = 0;
    let high = this.#entries.length;
    const last = this.#entries[high - 1];
    if (last && last.key < key) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle] as CachedEntry).key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  put(entry: CachedEntry): void {
    const index = this.indexOf(entry.key);
    if (this.#entries[index]?.key === entry.key) this.#entries[index] = entry;
    else if (index === this.#entries.length) this.#entries.push(entry);
    else this.#entries.splice(index, 0, entry);
  }

  remove(key: string): void {
    const index = this.indexOf(key);
    if (this.#entries[index]?.key === key) this.#entries.splice(index, 1);
  }

  /** A copy of what lies from `from` on, up to but without `to`. */
  range(from: string, to?: string): CachedEntry[] {
    const end = to === undefined ? this.#entries.length : this.indexOf(to);
    return this.#entries.slice(from === '' ? 0 : this.indexOf(from), end);
  }
}

/** The keys of one namespace, as a range. */
export function namespaceRange(namespace: string): { readonly from: string; readonly to: string } {
  return { from: `${namespace}/`, to: `${namespace}0` }; // '0' comes after '/'
}
