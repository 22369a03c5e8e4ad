import { parseCidr } from '../../../base/cidr.ts';
import { formatIp, parseIp } from '../../../base/ip.ts';
import type { IPAddress, ServiceCIDR } from '../../schema/generated/types/networking-v1.ts';
import { cidr, type Errors, each, requiredText } from '../common.ts';
import { invalidValue, required } from '../field-error.ts';

/** An IPAddress is named as the address is written in its canonical form. */
export function nameIsAddress(name: string): readonly string[] {
  const address = parseIp(name);
  if (!address) return ['must be a valid IP address'];
  return formatIp(address) === name ? [] : [`must be in canonical form (${JSON.stringify(formatIp(address))})`];
}

export function validateIpAddress({ spec }: IPAddress): Errors {
  const here = 'spec.parentRef';
  if (!spec?.parentRef) return [required(here)];
  const { resource, name } = spec.parentRef;
  return [...requiredText(resource, `${here}.resource`), ...requiredText(name, `${here}.name`)];
}

export function validateIpAddressUpdate({ spec }: IPAddress, old: IPAddress): Errors {
  const same = JSON.stringify(spec?.parentRef) === JSON.stringify(old.spec?.parentRef);
  return same ? [] : [invalidValue('spec.parentRef', spec?.parentRef, 'field is immutable')];
}

/** One block, or one of each family. */
export function validateServiceCidr({ spec }: ServiceCIDR): Errors {
  const here = 'spec.cidrs';
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return [required(here, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalidValue(here, cidrs, 'may only hold up to 2 values')];
  const errors = each(cidrs, here, cidr);
  const [first, second] = cidrs.map(parseCidr);
  if (first && second && first.family === second.family)
    errors.push(
      invalidValue(
        here,
        cidrs,
        'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96',
      ),
    );
  return errors;
}

/** A block may be joined by one of the other family; nothing else changes. */
export function validateServiceCidrUpdate({ spec }: ServiceCIDR, old: ServiceCIDR): Errors {
  const [now, before] = [spec?.cidrs ?? [], old.spec?.cidrs ?? []];
  const kept = before.every((text, at) => now[at] === text);
  if (kept && (now.length === before.length || before.length === 1)) return [];
  return [invalidValue('spec.cidrs', now, 'field is immutable')];
}
