import { type CelFunc, CelScalar, type CelValue, celFunc, celMethod } from '@bufbuild/cel';
import { type Cidr, cidrContains, formatCidr, parseCidr as parseAnyCidr } from '../../../base/cidr.ts';
import { formatIp, type IpAddress, isLoopback, isUnspecified, parseIp as parseAnyIp } from '../../../base/ip.ts';
import { opaque } from '../opaque.ts';

const { BOOL, INT, STRING } = CelScalar;
const ip = opaque('IP');
const cidr = opaque('CIDR');

/** IPv4 addresses that are written as IPv6 ones are refused, as upstream does. */
const isMapped = (value: bigint) => value >> 32n === 0xffffn;

function parseIp(text: string): IpAddress | undefined {
  const parsed = parseAnyIp(text);
  return parsed?.family === 6 && isMapped(parsed.value) ? undefined : parsed;
}

function parseCidr(text: string): Cidr | undefined {
  const parsed = parseAnyCidr(text);
  return parsed?.family === 6 && isMapped(parsed.base) ? undefined : parsed;
}

const linkLocal = [parseCidr('169.254.0.0/16'), parseCidr('fe80::/10')];
const linkLocalMulticast = [parseCidr('224.0.0.0/24'), parseCidr('ff02::/16')];
const multicast = [parseCidr('224.0.0.0/4'), parseCidr('ff00::/8')];
const broadcast = '255.255.255.255';

function isIn(blocks: readonly (Cidr | undefined)[], address: IpAddress): boolean {
  return blocks.some((block) => block !== undefined && cidrContains(block, address));
}

function isLinkLocalUnicast(address: IpAddress): boolean {
  return isIn(linkLocal, address);
}

function isLinkLocalMulticast(address: IpAddress): boolean {
  return isIn(linkLocalMulticast, address);
}

/** As Go says it: any that is none of the others, private ones too. */
function isGlobalUnicast(address: IpAddress): boolean {
  const isOther = isUnspecified(address) || isLoopback(address) || isLinkLocalUnicast(address);
  return !isOther && !isIn(multicast, address) && formatIp(address) !== broadcast;
}

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

export const addresses: readonly CelFunc[] = [
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
  ...(
    [
      ['isLinkLocalMulticast', isLinkLocalMulticast],
      ['isLinkLocalUnicast', isLinkLocalUnicast],
      ['isGlobalUnicast', isGlobalUnicast],
    ] as const
  ).map(([name, is]) =>
    celMethod(name, ip.type, [], BOOL, function () {
      return is(ipOf(ip.textOf(this)));
    }),
  ),
  celFunc('cidr', [STRING], cidr.type, (text) => {
    cidrOf(text);
    return cidr.of(text);
  }),
  celFunc('isCIDR', [STRING], BOOL, (text) => parseCidr(text) !== undefined),
  celFunc('string', [cidr.type], STRING, (value) => cidr.textOf(value)),
  celMethod('prefixLength', cidr.type, [], INT, function () {
    return BigInt(cidr.textOf(this).split('/')[1] ?? '0');
  }),
  celMethod('ip', cidr.type, [], ip.type, function () {
    return ip.of(cidr.textOf(this).split('/')[0] ?? '');
  }),
  celMethod('masked', cidr.type, [], cidr.type, function () {
    return cidr.of(formatCidr(cidrOf(cidr.textOf(this))));
  }),
  ...[STRING, cidr.type].map((type) =>
    celMethod('containsCIDR', cidr.type, [type], BOOL, function (other) {
      const outer = cidrOf(cidr.textOf(this));
      const inner = cidrOf(typeof other === 'string' ? other : cidr.textOf(other as CelValue));
      return inner.prefix >= outer.prefix && cidrContains(outer, { family: inner.family, value: inner.base });
    }),
  ),
  ...[STRING, ip.type].map((type) =>
    celMethod('containsIP', cidr.type, [type], BOOL, function (address) {
      const text = typeof address === 'string' ? address : ip.textOf(address as CelValue);
      return cidrContains(cidrOf(cidr.textOf(this)), ipOf(text));
    }),
  ),
];
