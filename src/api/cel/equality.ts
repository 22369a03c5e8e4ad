import {
  type CelFunc,
  CelScalar,
  type CelValue,
  celFunc,
  isCelList,
  isCelMap,
  isCelType,
  isCelUint,
  listType,
  mapType,
} from '@bufbuild/cel';
import { equals as equalMessages } from '@bufbuild/protobuf';
import { isReflectMessage } from '@bufbuild/protobuf/reflect';
import { spend, spendOn } from './budget.ts';
import { hidden } from './syntax/macros.ts';

const { BOOL, DOUBLE, DYN, INT, STRING, UINT } = CelScalar;
/** Of each part of lists and maps. */
const perPart = 0.1;

/** CEL's equality: numbers are equal across types, lists and maps by what is in them. Takes steps of the budget. */
export function equal(a: CelValue, b: CelValue): boolean {
  const [left, right] = [numberOf(a), numberOf(b)];
  // biome-ignore lint/suspicious/noDoubleEquals: whole numbers and others are compared by value
  if (left !== undefined && right !== undefined) return left == right;
  if (typeof a === 'string') {
    if (typeof b !== 'string' || a.length !== b.length) return false;
    spendOn(a);
    return a === b;
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (a instanceof Uint8Array) {
    if (!(b instanceof Uint8Array) || a.length !== b.length) return false;
    spendOn(a);
    return Buffer.compare(a, b) === 0;
  }
  if (isCelList(a)) return isCelList(b) && equalLists(a, b);
  if (isCelMap(a)) return isCelMap(b) && equalMaps(a, b);
  if (isCelType(a)) return isCelType(b) && a.kind === b.kind && a.name === b.name;
  if (!isReflectMessage(a) || !isReflectMessage(b) || a.desc.typeName !== b.desc.typeName) return false;
  return equalMessages(a.desc, a.message, b.message);
}

function numberOf(value: CelValue): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return isCelUint(value) ? value.value : undefined;
}

type Sized<T> = Iterable<T> & { readonly size: number };

function equalLists(a: Sized<CelValue>, b: Sized<CelValue>): boolean {
  if (a.size !== b.size) return false;
  const others = b[Symbol.iterator]();
  for (const item of a) {
    spend(perPart);
    const other = others.next();
    if (other.done || !equal(item, other.value)) return false;
  }
  return true;
}

interface AnyMap extends Sized<[CelValue, CelValue]> {
  get(key: never): CelValue | undefined;
}

function equalMaps(a: AnyMap, b: AnyMap): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    spend(perPart);
    const other = b.get(key as never);
    if (other === undefined || !equal(value, other)) return false;
  }
  return true;
}

/** Whether a list has a value. */
export function isIn(value: CelValue, list: Sized<CelValue>): boolean {
  spend(list.size);
  for (const item of list) if (equal(item, value)) return true;
  return false;
}

/** In place of the engine's own, which count nothing, and for which what is null is not there. */
export const equality: readonly CelFunc[] = [
  celFunc('_==_', [DYN, DYN], BOOL, equal),
  celFunc('_!=_', [DYN, DYN], BOOL, (a, b) => !equal(a, b)),
  celFunc('@in', [DYN, listType(DYN)], BOOL, isIn),
  ...[STRING, INT, UINT, DOUBLE, BOOL].map((key) =>
    celFunc('@in', [key, mapType(DYN, DYN)], BOOL, (name, map) => (map as AnyMap).get(name as never) !== undefined),
  ),
  celFunc(hidden.has, [DYN, STRING], BOOL, (map, field) => {
    if (!isCelMap(map)) throw new Error('no such overload: there are no fields to select');
    return map.get(field) !== undefined;
  }),
];
