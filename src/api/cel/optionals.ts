import {
  type CelFunc,
  type CelInput,
  type CelList,
  CelScalar,
  type CelValue,
  celFunc,
  celList,
  celMap,
  celMethod,
  isCelList,
  isCelMap,
  listType,
} from '@bufbuild/cel';
import { spend } from './budget.ts';
import { hidden } from './syntax/macros.ts';

/**
 * A value that may not be there is a list of it or of nothing: the engine has no optional types. What expressions do with one
 * reads the same, and the type check keeps lists and optionals apart.
 */
const optional = listType(CelScalar.DYN);
const { DYN, BOOL, STRING } = CelScalar;
type Dyn = CelInput<typeof DYN>;
type Key = string | bigint | boolean;

function first(list: Iterable<CelValue>): CelValue | undefined {
  const [value] = list;
  return value;
}

function some(value: CelValue | undefined): Dyn {
  return (value === undefined ? [] : [value]) as Dyn;
}

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (isCelList(value) || isCelMap(value)) return value.size === 0;
  return value instanceof Uint8Array && value.length === 0;
}

/** A field of a map, or of what an optional holds. */
function fieldOf(of: CelValue, name: string): Dyn {
  const held = isCelList(of) ? first(of) : of;
  if (held === undefined) return [] as Dyn;
  if (!isCelMap(held)) throw new Error('no such overload: there are no fields to select');
  return some(held.get(name));
}

function indexOf(of: CelValue, index: CelValue): Dyn {
  if (isCelMap(of)) return some(of.get(index as Key));
  if (isCelList(of) && typeof index === 'bigint') return some(of.get(Number(index)));
  throw new Error('no such overload: this cannot be indexed');
}

const ofOptionals: readonly CelFunc[] = [
  celFunc('optional.of', [DYN], DYN, (value) => some(value)),
  celFunc('optional.none', [], DYN, () => some(undefined)),
  celFunc('optional.ofNonZeroValue', [DYN], DYN, (value) => some(isZero(value) ? undefined : value)),
  celMethod('hasValue', optional, [], BOOL, function () {
    return this.size > 0;
  }),
  celMethod('value', optional, [], DYN, function () {
    const value = first(this);
    if (value === undefined) throw new Error('optional.none() dereference');
    return value as Dyn;
  }),
  celMethod('or', optional, [optional], DYN, function (other) {
    return (this.size > 0 ? this : other) as Dyn;
  }),
  celMethod('orValue', optional, [DYN], DYN, function (fallback) {
    return (first(this) ?? fallback) as Dyn;
  }),
  celFunc(hidden.optionalField, [DYN, STRING], DYN, fieldOf),
  celFunc(hidden.optionalIndex, [DYN, DYN], DYN, indexOf),
  celFunc(hidden.optionalInner, [DYN, DYN], DYN, (of, index) => {
    const held = isCelList(of) ? first(of) : undefined;
    return held === undefined ? ([] as Dyn) : indexOf(held, index);
  }),
  celFunc(hidden.present, [optional], DYN, (value) => value as Dyn),
];

/**
 * What a loop gathers grows in place: no expression can name it before the loop has ended, and copies would make long loops
 * slow. What it begins with is part of the expression and is copied once.
 */
const listsMade = new WeakMap<CelValue & object, CelValue[]>();
const mapsMade = new WeakMap<CelValue & object, Map<Key, CelValue>>();

function append(into: CelValue, item: CelValue): Dyn {
  if (!isCelList(into)) throw new Error('no such overload: a list is needed');
  const items = listsMade.get(into);
  if (items) {
    items.push(item);
    return into as Dyn;
  }
  const made = [...into, item];
  const list = celList(made);
  listsMade.set(list, made);
  return list as Dyn;
}

function withEntries(into: CelValue, entries: Iterable<readonly [CelValue, CelValue]>): Dyn {
  if (!isCelMap(into)) throw new Error('no such overload: a map is needed');
  let [map, made]: [CelValue, Map<Key, CelValue> | undefined] = [into, mapsMade.get(into)];
  if (!made) {
    made = new Map(into as unknown as Iterable<[Key, CelValue]>);
    map = celMap(made as never);
    mapsMade.set(map as CelValue & object, made);
  }
  for (const [key, value] of entries) {
    if (into.has(key as Key)) throw new Error(`insert failed: key '${String(key)}' already exists`);
    made.set(key as Key, value);
  }
  return map as Dyn;
}

/** What loops with two variables and literals with optional entries are made of. */
const ofLoops: readonly CelFunc[] = [
  celFunc(hidden.keys, [DYN], DYN, (of) => {
    if (isCelMap(of) || isCelList(of)) spend(of.size);
    if (isCelMap(of)) return [...of.keys()] as unknown as Dyn;
    if (isCelList(of)) return Array.from({ length: of.size }, (_, at) => BigInt(at)) as unknown as Dyn;
    throw new Error('no such overload: this cannot be the range of a loop');
  }),
  celFunc(hidden.at, [DYN, DYN], DYN, (of, index) => (first(indexOf(of, index) as unknown as CelList) ?? null) as Dyn),
  celFunc(hidden.append, [DYN, DYN], DYN, append),
  celFunc(hidden.put, [DYN, DYN, DYN], DYN, (into, key, value) => withEntries(into, [[key, value]])),
  celFunc(hidden.merge, [DYN, DYN], DYN, (into, from) => {
    if (!isCelMap(from)) throw new Error('no such overload: a map is needed');
    return withEntries(into, from as unknown as Iterable<[CelValue, CelValue]>);
  }),
  celFunc(hidden.putPresent, [DYN, DYN, DYN], DYN, (into, key, value) => {
    const held = isCelList(value) ? first(value) : undefined;
    return held === undefined ? (into as Dyn) : withEntries(into, [[key, held]]);
  }),
];

export const optionals: readonly CelFunc[] = [...ofOptionals, ...ofLoops];
