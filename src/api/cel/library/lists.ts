import { type CelFunc, type CelInput, CelScalar, type CelValue, celFunc, celMethod, listType } from '@bufbuild/cel';

const { BOOL, INT, DYN } = CelScalar;
const anyList = listType(DYN);
type List = Iterable<CelValue> & { readonly size: number };

function compare(a: CelValue, b: CelValue): number {
  if (typeof a !== typeof b || !['bigint', 'number', 'string', 'boolean'].includes(typeof a))
    throw new Error('no such overload: these values cannot be compared');
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

function extreme(list: List, sign: number, name: string): CelValue {
  const [first, ...others] = list;
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return others.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best), first);
}

function sum(list: List): bigint | number {
  const items = [...list];
  if (items.length === 0) return 0n;
  if (items.every((item) => typeof item === 'bigint')) return items.reduce((total, item) => total + item, 0n);
  if (items.every((item) => typeof item === 'number')) return items.reduce((total, item) => total + item, 0);
  throw new Error('no such overload: sum of these values');
}

/** Lists compare by what is in them only where CEL's scalars do: enough for what sets are made of. */
const keyOf = (value: CelValue) => `${typeof value} ${String(value)}`;
const keysOf = (list: List) => new Set([...list].map(keyOf));

/** Lists and sets. */
export const lists: readonly CelFunc[] = [
  celMethod('isSorted', anyList, [], BOOL, function () {
    const items = [...(this as List)];
    return items.every((item, at) => at === 0 || compare(items[at - 1] as CelValue, item) <= 0);
  }),
  celMethod('sum', anyList, [], DYN, function () {
    return sum(this as List);
  }),
  celMethod('min', anyList, [], DYN, function () {
    return extreme(this as List, -1, 'min') as CelInput<typeof DYN>;
  }),
  celMethod('max', anyList, [], DYN, function () {
    return extreme(this as List, 1, 'max') as CelInput<typeof DYN>;
  }),
  celMethod('indexOf', anyList, [DYN], INT, function (wanted) {
    return BigInt([...(this as List)].findIndex((item) => keyOf(item) === keyOf(wanted)));
  }),
  celMethod('lastIndexOf', anyList, [DYN], INT, function (wanted) {
    return BigInt([...(this as List)].findLastIndex((item) => keyOf(item) === keyOf(wanted)));
  }),
  celFunc('sets.contains', [anyList, anyList], BOOL, (all, some) => keysOf(all).isSupersetOf(keysOf(some))),
  celFunc('sets.intersects', [anyList, anyList], BOOL, (a, b) => !keysOf(a).isDisjointFrom(keysOf(b))),
  celFunc('sets.equivalent', [anyList, anyList], BOOL, (a, b) => keysOf(a).symmetricDifference(keysOf(b)).size === 0),
];
