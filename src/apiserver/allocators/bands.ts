/**
 * A number of 0 to `size` - 1 that is free, chosen by chance; undefined: there is none. Numbers below `staticBand` are for
 * those who ask for one by name; others get one only when the rest is taken, as with upstream's bands (KEP-3070, KEP-3668).
 */
export function pickNumber(
  { size, staticBand }: { readonly size: number; readonly staticBand: number },
  isFree: (number: number) => boolean,
): number | undefined {
  return pickIn(staticBand, size, isFree) ?? pickIn(0, staticBand, isFree);
}

function pickIn(from: number, to: number, isFree: (number: number) => boolean): number | undefined {
  const count = to - from;
  const start = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step++) {
    const number = from + ((start + step) % count);
    if (isFree(number)) return number;
  }
  return undefined;
}

/** Upstream's size of the static band of a range of addresses. */
export function addressBand(size: number): number {
  return band(size, { part: 16, most: 256 });
}

/** Upstream's size of the static band of a range of node ports. */
export function portBand(size: number): number {
  return band(size, { part: 32, most: 128 });
}

function band(size: number, { part, most }: { readonly part: number; readonly most: number }): number {
  const least = 16;
  return size <= least ? 0 : Math.min(Math.max(least, Math.floor(size / part)), most);
}
