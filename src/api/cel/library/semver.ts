import { type CelFunc, CelScalar, type CelValue, celFunc, celMethod } from '@bufbuild/cel';
import { opaque } from '../opaque.ts';

/** Semantic versions, semver.org 2.0.0. */

const { BOOL, INT, STRING } = CelScalar;
const semver = opaque('Semver');

const numeric = '(0|[1-9]\\d*)';
const identifier = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const pattern = new RegExp(
  `^${numeric}\\.${numeric}\\.${numeric}(?:-(${identifier}(?:\\.${identifier})*))?(?:\\+[0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*)?$`,
);

interface Version {
  readonly numbers: readonly bigint[];
  readonly prerelease: readonly string[];
}

const largest = 2n ** 64n;

function parseVersion(text: string): Version | undefined {
  const match = pattern.exec(text);
  const numbers = match?.slice(1, 4).map(BigInt);
  if (!match || numbers?.some((number) => number >= largest)) return undefined;
  return { numbers: numbers ?? [], prerelease: match[4]?.split('.') ?? [] };
}

/** Without a leading v and leading zeros, with all three numbers: what many write for a version. */
function normalized(text: string): string {
  const [, release = '', rest = ''] = /^v?([^-+]*)(.*)$/s.exec(text) ?? [];
  const numbers = release.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  while (numbers.length < 3) numbers.push('0');
  return numbers.join('.') + rest;
}

function versionOf(value: CelValue): Version {
  return parseVersion(semver.textOf(value)) ?? { numbers: [0n, 0n, 0n], prerelease: [] };
}

function made(text: string) {
  if (!parseVersion(text)) throw new Error(`invalid semantic version ${JSON.stringify(text)}`);
  return semver.of(text);
}

function compareNumbers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  // A version with one comes before the same without.
  if (a.length === 0 || b.length === 0) return b.length === 0 ? (a.length === 0 ? 0 : -1) : 1;
  for (const [at, left] of a.entries()) {
    const right = b[at];
    if (right === undefined) return 1;
    if (left === right) continue;
    const [leftIsNumber, rightIsNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (leftIsNumber && rightIsNumber) return compareNumbers(BigInt(left), BigInt(right));
    if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return a.length < b.length ? -1 : 0;
}

function compare(one: CelValue, other: CelValue): bigint {
  const [a, b] = [versionOf(one), versionOf(other)];
  for (const [at, number] of a.numbers.entries()) {
    const order = compareNumbers(number, b.numbers[at] ?? 0n);
    if (order !== 0) return BigInt(order);
  }
  return BigInt(comparePrerelease(a.prerelease, b.prerelease));
}

export const versions: readonly CelFunc[] = [
  celFunc('semver', [STRING], semver.type, made),
  celFunc('semver', [STRING, BOOL], semver.type, (text, normalize) => made(normalize ? normalized(text) : text)),
  celFunc('isSemver', [STRING], BOOL, (text) => parseVersion(text) !== undefined),
  celFunc(
    'isSemver',
    [STRING, BOOL],
    BOOL,
    (text, normalize) => parseVersion(normalize ? normalized(text) : text) !== undefined,
  ),
  ...(['major', 'minor', 'patch'] as const).map((name, at) =>
    celMethod(name, semver.type, [], INT, function () {
      return versionOf(this).numbers[at] ?? 0n;
    }),
  ),
  celMethod('isGreaterThan', semver.type, [semver.type], BOOL, function (other) {
    return compare(this, other) > 0n;
  }),
  celMethod('isLessThan', semver.type, [semver.type], BOOL, function (other) {
    return compare(this, other) < 0n;
  }),
  celMethod('compareTo', semver.type, [semver.type], INT, function (other) {
    return compare(this, other);
  }),
];
