import {
  type CelFunc,
  type CelInput,
  CelScalar,
  type CelValue,
  celFunc,
  celMethod,
  isCelList,
  listType,
} from '@bufbuild/cel';
import { RE2JS } from 're2js';
import { cidrContains, parseCidr } from '../../base/cidr.ts';
import { formatIp, isLoopback, isUnspecified, parseIp } from '../../base/ip.ts';
import { formatQuantity, parseQuantity } from '../quantity/quantity.ts';
import { opaque } from './opaque.ts';
import { optionals } from './optionals.ts';

/** kubernetes.io/docs/reference/using-api/cel: what Kubernetes adds to CEL's own functions and its strings library. */

const { BOOL, INT, DOUBLE, STRING, DYN } = CelScalar;
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

const lists: readonly CelFunc[] = [
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

function* matchesOf(text: string, pattern: string): Generator<string> {
  const matcher = RE2JS.compile(pattern).matcher(text);
  while (matcher.find()) yield matcher.group() ?? '';
}

const regexes: readonly CelFunc[] = [
  celMethod('find', STRING, [STRING], STRING, function (pattern) {
    return matchesOf(this, pattern).next().value ?? '';
  }),
  celMethod('findAll', STRING, [STRING], listType(STRING), function (pattern) {
    return [...matchesOf(this, pattern)];
  }),
  celMethod('findAll', STRING, [STRING, INT], listType(STRING), function (pattern, limit) {
    return limit < 0n ? [...matchesOf(this, pattern)] : [...matchesOf(this, pattern).take(Number(limit))];
  }),
];

const quantity = opaque('Quantity');
const nanoOf = (value: CelValue) => BigInt(quantity.textOf(value));
const quantityOf = (nano: bigint) => quantity.of(nano.toString());

function isQuantity(text: string): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch {
    return false; // that is the answer
  }
}

const unit = 1_000_000_000n;
const asNano = (value: CelValue) => (typeof value === 'bigint' ? value * unit : nanoOf(value));

const quantities: readonly CelFunc[] = [
  celFunc('quantity', [STRING], quantity.type, (text) => quantityOf(parseQuantity(text).nano)),
  celFunc('isQuantity', [STRING], BOOL, isQuantity),
  celMethod('isInteger', quantity.type, [], BOOL, function () {
    return nanoOf(this) % unit === 0n;
  }),
  celMethod('asInteger', quantity.type, [], INT, function () {
    if (nanoOf(this) % unit !== 0n) throw new Error('cannot convert value to integer');
    return nanoOf(this) / unit;
  }),
  celMethod('asApproximateFloat', quantity.type, [], DOUBLE, function () {
    return Number(nanoOf(this)) / Number(unit);
  }),
  celMethod('sign', quantity.type, [], INT, function () {
    const nano = nanoOf(this);
    return nano > 0n ? 1n : nano < 0n ? -1n : 0n;
  }),
  ...[quantity.type, INT].flatMap((type) => [
    celMethod('add', quantity.type, [type], quantity.type, function (other) {
      return quantityOf(nanoOf(this) + asNano(other as CelValue));
    }),
    celMethod('sub', quantity.type, [type], quantity.type, function (other) {
      return quantityOf(nanoOf(this) - asNano(other as CelValue));
    }),
  ]),
  celMethod('isGreaterThan', quantity.type, [quantity.type], BOOL, function (other) {
    return nanoOf(this) > nanoOf(other);
  }),
  celMethod('isLessThan', quantity.type, [quantity.type], BOOL, function (other) {
    return nanoOf(this) < nanoOf(other);
  }),
  celMethod('compareTo', quantity.type, [quantity.type], INT, function (other) {
    const [a, b] = [nanoOf(this), nanoOf(other)];
    return a < b ? -1n : a > b ? 1n : 0n;
  }),
  celFunc('string', [quantity.type], STRING, (value) => formatQuantity({ nano: nanoOf(value), format: 'DecimalSI' })),
];

const url = opaque('URL');
/** As Go's `url.ParseRequestURI`: absolute, or a path. */
function parseUrl(text: string): URL | undefined {
  if (/[\s\p{Cc}]/u.test(text)) return undefined;
  return URL.parse(text) ?? (text.startsWith('/') ? (URL.parse(text, 'path://x') ?? undefined) : undefined);
}
const urlOf = (value: CelValue) => parseUrl(url.textOf(value)) ?? new URL('path://x');
const part = (name: string, of: (parsed: URL) => string) =>
  celMethod(name, url.type, [], STRING, function () {
    const parsed = urlOf(this);
    return parsed.protocol === 'path:' && !name.includes('Path') ? '' : of(parsed);
  });

const urls: readonly CelFunc[] = [
  celFunc('url', [STRING], url.type, (text) => {
    if (!parseUrl(text)) throw new Error(`URL parse error during conversion from string: ${JSON.stringify(text)}`);
    return url.of(text);
  }),
  celFunc('isURL', [STRING], BOOL, (text) => parseUrl(text) !== undefined),
  part('getScheme', ({ protocol }) => protocol.slice(0, -1)),
  part('getHost', ({ host }) => host),
  part('getHostname', ({ hostname }) => hostname.replace(/^\[|\]$/g, '')),
  part('getPort', ({ port }) => port),
  part('getEscapedPath', ({ pathname }) => pathname),
];

const ip = opaque('IP');
const cidr = opaque('CIDR');
const ipOf = (text: string) => {
  const parsed = parseIp(text);
  if (!parsed) throw new Error(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
  return parsed;
};
const cidrOf = (text: string) => {
  const parsed = parseCidr(text);
  if (!parsed) throw new Error(`network address parse error during conversion from string: ${JSON.stringify(text)}`);
  return parsed;
};

const addresses: readonly CelFunc[] = [
  celFunc('ip', [STRING], ip.type, (text) => ip.of(formatIp(ipOf(text)))),
  celFunc('isIP', [STRING], BOOL, (text) => parseIp(text) !== undefined),
  celFunc('ip.isCanonical', [STRING], BOOL, (text) => formatIp(ipOf(text)) === text),
  celFunc('string', [ip.type], STRING, (value) => ip.textOf(value)),
  celMethod('family', ip.type, [], INT, function () {
    return BigInt(ipOf(ip.textOf(this)).family);
  }),
  celMethod('isLoopback', ip.type, [], BOOL, function () {
    return isLoopback(ipOf(ip.textOf(this)));
  }),
  celMethod('isUnspecified', ip.type, [], BOOL, function () {
    return isUnspecified(ipOf(ip.textOf(this)));
  }),
  celFunc('cidr', [STRING], cidr.type, (text) => {
    cidrOf(text);
    return cidr.of(text);
  }),
  celFunc('isCIDR', [STRING], BOOL, (text) => parseCidr(text) !== undefined),
  celFunc('string', [cidr.type], STRING, (value) => cidr.textOf(value)),
  celMethod('prefixLength', cidr.type, [], INT, function () {
    return BigInt(cidr.textOf(this).split('/')[1] ?? '0');
  }),
  ...[STRING, ip.type].map((type) =>
    celMethod('containsIP', cidr.type, [type], BOOL, function (address) {
      const text = typeof address === 'string' ? address : ip.textOf(address as CelValue);
      return cidrContains(cidrOf(cidr.textOf(this)), ipOf(text));
    }),
  ),
];

const patches: readonly CelFunc[] = [
  celFunc('jsonpatch.escapeKey', [STRING], STRING, (key) => key.replaceAll('~', '~0').replaceAll('/', '~1')),
];

export const kubernetesLibrary: readonly CelFunc[] = [
  ...patches,
  ...optionals,
  ...lists,
  ...regexes,
  ...quantities,
  ...urls,
  ...addresses,
];

/** How many steps going through a value takes. */
export function stepsOf(value: CelValue): number {
  if (isCelList(value)) return value.size;
  return typeof value === 'object' && value !== null && 'size' in value ? Number(value.size) : 0;
}
