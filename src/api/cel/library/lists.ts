import { type CelFunc, type CelInput, CelScalar, type CelValue, celFunc, celMethod, listType } from '@bufbuild/cel';
import { spend } from '../budget.ts';
import { equal, isIn } from '../equality.ts';

const { BOOL, INT, DYN } = CelScalar;
const anyList = listType(DYN);
type List = Iterable<CelValue> & { readonly size: number };

function compare(a: CelValue, b: CelValue): number {
  if (typeof a !== typeof b || !['bigint', 'number', 'string', 'boolean'].includes(typeof a))
    throw new Error('no such overload: these values cannot be compared');
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

function extreme(list: List, sign: number, name: string): CelValue {
  const [first, ...others] = itemsOf(list);
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return others.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best), first);
}

function inRange(total: bigint): bigint {
  if (BigInt.asIntN(64, total) !== total) throw new Error('integer overflow');
  return total;
}

function sum(list: List): bigint | number {
  const items = itemsOf(list);
  if (items.length === 0) return 0n;
  if (items.every((item) => typeof item === 'bigint')) return inRange(items.reduce((total, item) => total + item, 0n));
  if (items.every((item) => typeof item === 'number')) return items.reduce((total, item) => total + item, 0);
  throw new Error('no such overload: sum of these values');
}

/** What is in a list, which is gone through. */
function itemsOf(list: List): readonly CelValue[] {
  spend(list.size);
  return [...list];
}

const hasAll = (all: List, some: List) => itemsOf(some).every((item) => isIn(item, all));

/** Lists and sets. */
export const lists: readonly CelFunc[] = [
  celMethod('isSorted', anyList, [], BOOL, function () {
    const items = itemsOf(this as List);
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
    return BigInt(itemsOf(this as List).findIndex((item) => equal(item, wanted)));
  }),
  celMethod('lastIndexOf', anyList, [DYN], INT, function (wanted) {
    return BigInt(itemsOf(this as List).findLastIndex((item) => equal(item, wanted)));
  }),
  celFunc('sets.contains', [anyList, anyList], BOOL, hasAll),
  celFunc('sets.intersects', [anyList, anyList], BOOL, (a, b) => itemsOf(a).some((item) => isIn(item, b))),
  celFunc('sets.equivalent', [anyList, anyList], BOOL, (a, b) => hasAll(a, b) && hasAll(b, a)),
];
