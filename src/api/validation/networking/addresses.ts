import { formatCidr, parseCidr } from '../../../base/cidr.ts';
import { formatIp, parseIp } from '../../../base/ip.ts';
import type { IPAddress, ServiceCIDR } from '../../schema/generated/types/networking-v1.ts';
import { cidr, type Errors, each, optionalFormat, requiredFormat } from '../common.ts';
import { asGoStruct, invalidValue, required } from '../field-error.ts';
import { isDns1123Subdomain, isPathSegmentName } from '../format.ts';

/** An IPAddress is named as the address is written in its canonical form. */
export function nameIsAddress(name: string): readonly string[] {
  const address = parseIp(name);
  if (!address) return ['must be a valid IP address'];
  return formatIp(address) === name ? [] : [`must be in canonical form (${JSON.stringify(formatIp(address))})`];
}

export function validateIpAddress({ spec }: IPAddress): Errors {
  const here = 'spec.parentRef';
  if (!spec?.parentRef) return [required(here)];
  const { group, resource, name, namespace } = spec.parentRef;
  return [
    ...optionalFormat(group, `${here}.group`, isDns1123Subdomain),
    ...requiredFormat(resource, `${here}.resource`, isPathSegmentName),
    ...requiredFormat(name, `${here}.name`, isPathSegmentName),
    ...optionalFormat(namespace, `${here}.namespace`, isPathSegmentName),
  ];
}

export function validateIpAddressUpdate({ spec }: IPAddress, old: IPAddress): Errors {
  const same = JSON.stringify(spec?.parentRef) === JSON.stringify(old.spec?.parentRef);
  return same
    ? []
    : [
        invalidValue(
          'spec.parentRef',
          spec?.parentRef && asGoStruct(spec.parentRef, { Group: '', Resource: '', Namespace: '', Name: '' }),
          'field is immutable',
        ),
      ];
}

/** One block, or one of each family. */
export function validateServiceCidr({ spec }: ServiceCIDR): Errors {
  const here = 'spec.cidrs';
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return [required(here, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalidValue(here, cidrs, 'may only hold up to 2 values')];
  const errors = each(cidrs, here, strictCidr);
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

/** New kinds take blocks in their one form only. */
function strictCidr(text: string, path: string): Errors {
  const errors = cidr(text, path);
  if (errors.length > 0) return errors;
  const block = parseCidr(text);
  if (!block || formatCidr(block) === text) return [];
  const address = parseIp(text.slice(0, text.indexOf('/')));
  return address?.value === block.base
    ? [invalidValue(path, text, `must be in canonical form (${JSON.stringify(formatCidr(block))})`)]
    : [invalidValue(path, text, 'must not have bits set beyond the prefix length')];
}

/** A block may be joined by one of the other family; nothing else changes. */
export function validateServiceCidrUpdate({ spec }: ServiceCIDR, old: ServiceCIDR): Errors {
  const [now, before] = [spec?.cidrs ?? [], old.spec?.cidrs ?? []];
  const kept = before.every((text, at) => now[at] === text);
  if (kept && (now.length === before.length || before.length === 1)) return [];
  return [invalidValue('spec.cidrs', now, 'field is immutable')];
}
