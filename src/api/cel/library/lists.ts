import {
  type CelFunc,
  type CelInput,
  CelScalar,
  type CelValue,
  celFunc,
  celMethod,
  celUint,
  isCelUint,
  listType,
} from '@bufbuild/cel';
import { create } from '@bufbuild/protobuf';
import { isReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { type Duration, DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { spend } from '../budget.ts';
import { equal, isIn } from '../equality.ts';

const { BOOL, INT, DYN } = CelScalar;
const nanosPerSecond = 1_000_000_000n;
const anyList = listType(DYN);
type List = Iterable<CelValue> & { readonly size: number };

function compare(a: CelValue, b: CelValue): number {
  const [left, right] = [plain(a), plain(b)];
  if (left === undefined || typeof left !== typeof right)
    throw new Error('no such overload: these values cannot be compared');
  return left < (right as typeof left) ? -1 : left > (right as typeof left) ? 1 : 0;
}

/** What has the same order; undefined: the value has none. */
function plain(value: CelValue): number | bigint | string | boolean | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'object') return value;
  if (isCelUint(value)) return value.value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  return isReflectMessage(value, DurationSchema) || isReflectMessage(value, TimestampSchema)
    ? nanosOf(value.message)
    : undefined;
}

/** Of a time or a length of time. */
function nanosOf(message: unknown): bigint {
  const { seconds, nanos } = message as Duration;
  return seconds * nanosPerSecond + BigInt(nanos);
}

function extreme(list: List, sign: number, name: string): CelValue {
  const [first, ...others] = itemsOf(list);
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return others.reduce((best, item) => (compare(item, best) * sign > 0 ? item : best), first);
}

function total(items: readonly bigint[]): bigint {
  return items.reduce((sum, item) => sum + item, 0n);
}

function sum(list: List): CelInput<typeof DYN> {
  const items = itemsOf(list);
  if (items.every((item) => typeof item === 'bigint')) {
    const found = total(items);
    if (BigInt.asIntN(64, found) !== found) throw new Error('integer overflow');
    return found;
  }
  if (items.every((item) => typeof item === 'number')) return items.reduce((all, item) => all + item, 0);
  if (items.every(isCelUint)) {
    const found = total(items.map(({ value }) => value));
    if (BigInt.asUintN(64, found) !== found) throw new Error('unsigned integer overflow');
    return celUint(found);
  }
  if (items.every((item) => isReflectMessage(item, DurationSchema))) {
    const found = total(items.map(({ message }) => nanosOf(message)));
    const [seconds, nanos] = [found / nanosPerSecond, Number(found % nanosPerSecond)];
    return reflect(DurationSchema, create(DurationSchema, { seconds, nanos })) as unknown as CelInput<typeof DYN>;
  }
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
