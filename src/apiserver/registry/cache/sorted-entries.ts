import type { CachedEntry } from './cached-entry.ts';

/** Entries of one block; a full one is cut in two. */
const mostInBlock = 512;

/** Entries in key order, in blocks, so that inserting moves few of them however many there are. */
export class SortedEntries {
  /** None is empty but the only one. */
  #blocks: CachedEntry[][] = [[]];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  put(entry: CachedEntry): void {
    const at = this.#blockOf(entry.key);
    const block = this.#blocks[at] as CachedEntry[];
    const index = indexOf(block, entry.key);
    if (block[index]?.key === entry.key) {
      block[index] = entry;
      return;
    }
    this.#length++;
    if (index === block.length) block.push(entry);
    else block.splice(index, 0, entry);
    if (block.length <= mostInBlock) return;
    // What comes in order fills its blocks.
    const isLast = at === this.#blocks.length - 1 && index === block.length - 1;
    this.#blocks.splice(at + 1, 0, block.splice(isLast ? mostInBlock : mostInBlock / 2));
  }

  remove(key: string): void {
    const at = this.#blockOf(key);
    const block = this.#blocks[at] as CachedEntry[];
    const index = indexOf(block, key);
    if (block[index]?.key !== key) return;
    this.#length--;
    block.splice(index, 1);
    if (block.length === 0 && this.#blocks.length > 1) this.#blocks.splice(at, 1);
  }

  /** A copy of what lies from `from` on, up to but without `to`. */
  range(from: string, to?: string): CachedEntry[] {
    const first = this.#blockOf(from);
    const last = to === undefined ? this.#blocks.length - 1 : this.#blockOf(to);
    if (first === last) {
      const block = this.#blocks[first] as CachedEntry[];
      return block.slice(indexOf(block, from), to === undefined ? undefined : indexOf(block, to));
    }
    const found: CachedEntry[][] = [];
    for (let at = first; at <= last; at++) {
      const block = this.#blocks[at] as CachedEntry[];
      const start = at === first ? indexOf(block, from) : 0;
      const end = at === last && to !== undefined ? indexOf(block, to) : block.length;
      found.push(start === 0 && end === block.length ? block : block.slice(start, end));
    }
    return found.flat();
  }

  /** The block where a key lies or belongs: the last one that does not begin behind it. */
  #blockOf(key: string): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const first = this.#blocks[middle]?.[0] as CachedEntry;
      if (first.key <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The first index whose key is not before `key`. */
function indexOf(block: readonly CachedEntry[], key: string): number {
  let low = 0;
  let high = block.length;
  const last = block[high - 1];
  if (last && last.key < key) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((block[middle] as CachedEntry).key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The keys of one namespace, as a range. */
export function namespaceRange(namespace: string): { readonly from: string; readonly to: string } {
  return { from: `${namespace}/`, to: `${namespace}0` }; // '0' comes after '/'
}
