import { isIP } from 'node:net';
import { formatIp, parseIp } from '../../../base/ip.ts';
import type { Service, ServiceSpec } from '../../schema/generated/types/core-v1.ts';
import { type Errors, each, ipAddress, oneOf } from '../common.ts';
import { duplicate, invalidValue, notSupported, required } from '../field-error.ts';

const families: Readonly<Record<string, number>> = { IPv4: 4, IPv6: 6 };
const clusterPath = 'spec.clusterIPs';

/** The addresses of a service inside the cluster, and of which families they are. */
export function validateClusterAddresses(spec: ServiceSpec): Errors {
  const { clusterIP = '', clusterIPs = [], ipFamilies = [] } = spec;
  if (spec.type === 'ExternalName') return [];
  const errors: Errors = [];
  if (clusterIP && clusterIPs.length === 0) errors.push(required(clusterPath));
  else if (clusterIPs.length > 0 && clusterIPs[0] !== clusterIP)
    errors.push(invalidValue(clusterPath, clusterIPs, 'first value must match `clusterIP`'));
  const seen = new Set<string>();
  ipFamilies.forEach((family, at) => {
    if (!Object.hasOwn(families, family))
      errors.push(notSupported(`spec.ipFamilies[${at}]`, family, Object.keys(families)));
    if (seen.has(family)) errors.push(duplicate(`spec.ipFamilies[${at}]`, family));
    seen.add(family);
  });
  errors.push(
    ...oneOf(spec.ipFamilyPolicy, 'spec.ipFamilyPolicy', ['PreferDualStack', 'RequireDualStack', 'SingleStack']),
  );
  const wrong = validateAddresses(clusterIPs);
  return wrong.length > 0 ? [...errors, ...wrong] : [...errors, ...matchFamilies(clusterIPs, ipFamilies)];
}

function validateAddresses(clusterIPs: readonly string[]): Errors {
  const errors: Errors = [];
  clusterIPs.forEach((address, at) => {
    if (at > 0 || address !== 'None') errors.push(...ipAddress(address, `${clusterPath}[${at}]`));
    else if (clusterIPs.length > 1)
      errors.push(invalidValue(clusterPath, clusterIPs, "'None' must be the first and only value"));
  });
  if (clusterIPs.length > 2) errors.push(invalidValue(clusterPath, clusterIPs, 'may only hold up to 2 values'));
  return errors;
}

function matchFamilies(clusterIPs: readonly string[], ipFamilies: readonly string[]): Errors {
  if (clusterIPs[0] === 'None') return [];
  const versions = clusterIPs.map((address) => isIP(address));
  if (versions.length === 2 && versions[0] === versions[1])
    return [invalidValue(clusterPath, clusterIPs, 'may specify no more than one IP for each IP family')];
  return clusterIPs.flatMap((address, at) => {
    const family = ipFamilies[at];
    if (family === undefined || families[family] === versions[at]) return [];
    return [
      invalidValue(
        `${clusterPath}[${at}]`,
        address,
        `expected an ${family} value as indicated by \`ipFamilies[${at}]\``,
      ),
    ];
  });
}

/** Addresses from outside that nodes take for the service: none of those with a meaning of their own. */
export function validateExternalAddresses(addresses: readonly string[] | undefined, path: string): Errors {
  return each(addresses, path, (address, here) => {
    const errors = ipAddress(address, here);
    return errors.length > 0 ? errors : notSpecial(address, here);
  });
}

export function notSpecial(address: string, path: string): Errors {
  const parsed = parseIp(address);
  const text = parsed ? formatIp(parsed) : address;
  const refuse = (detail: string) => [invalidValue(path, address, detail)];
  if (text === '0.0.0.0' || text === '::') return refuse(`may not be unspecified (${text})`);
  if (/^127\./.test(text) || text === '::1') return refuse('may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (/^169\.254\./.test(text) || /^fe[89ab]/.test(text))
    return refuse('may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  if (/^224\.0\.0\./.test(text) || /^ff02:/.test(text))
    return refuse('may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  return [];
}

/** The first address and family stay; a second one may come, and go where the policy says so. */
export function validateAddressesUpdate({ spec = {} }: Service, old: Service): Errors {
  const before = old.spec ?? {};
  if (spec.type === 'ExternalName' || before.type === 'ExternalName') return [];
  const isHeadless = ({ clusterIP }: ServiceSpec) => clusterIP === 'None';
  const rules = { policy: spec.ipFamilyPolicy, word: 'clusterIP' };
  return [
    ...(isHeadless(spec) && isHeadless(before)
      ? []
      : keepFirst(spec.clusterIPs ?? [], before.clusterIPs ?? [], { ...rules, path: clusterPath })),
    ...keepFirst(spec.ipFamilies ?? [], before.ipFamilies ?? [], {
      ...rules,
      path: 'spec.ipFamilies',
      word: 'ipFamily',
    }),
  ];
}

function keepFirst(
  now: readonly string[],
  old: readonly string[],
  { path, policy, word }: { readonly path: string; readonly policy: string | undefined; readonly word: string },
): Errors {
  const changed = (at: number) => invalidValue(`${path}[${at}]`, now, 'may not change once set');
  if (now.length === old.length) return old.flatMap((value, at) => (value === now[at] ? [] : [changed(at)]));
  if (old.length > now.length && now.length === 0)
    return [invalidValue(`${path}[0]`, now, `primary ${word} can not be unset`)];
  const errors: Errors = old.length > 0 && now[0] !== old[0] ? [changed(0)] : [];
  if (old.length > now.length && policy !== 'SingleStack')
    errors.push(
      invalidValue('spec.ipFamilyPolicy', policy, `must be set to 'SingleStack' when releasing the secondary ${word}`),
    );
  return errors;
}
