import { isIP } from 'node:net';
import { type Errors, each, ipAddress } from '../common.ts';
import { forbidden, invalidFormat, invalidValue, notSupported, required } from '../field-error.ts';
import { isDns1123Subdomain } from '../format.ts';

interface Point {
  readonly ip?: string;
  readonly hostname?: string;
  readonly ipMode?: string;
}

/** Where a service or an ingress is reached, as its controller reports it. Services say how, by `ipMode`. */
export function validateLoadBalancer(points: readonly Point[] | undefined, path: string, hasModes = true): Errors {
  return each(points, path, ({ ip, hostname, ipMode }, here) => {
    const errors: Errors = ip ? ipAddress(ip, `${here}.ip`) : [];
    if (hasModes && ip && ipMode === undefined)
      errors.push(required(`${here}.ipMode`, 'must be specified when `ip` is set'));
    if (ipMode !== undefined && !ip)
      errors.push(forbidden(`${here}.ipMode`, 'may not be specified when `ip` is not set'));
    else if (ipMode !== undefined && ipMode !== 'VIP' && ipMode !== 'Proxy')
      errors.push(notSupported(`${here}.ipMode`, ipMode, ['Proxy', 'VIP']));
    if (!hostname) return errors;
    errors.push(...invalidFormat(`${here}.hostname`, hostname, isDns1123Subdomain(hostname)));
    if (isIP(hostname) > 0)
      errors.push(invalidValue(`${here}.hostname`, hostname, 'must be a DNS name, not an IP address'));
    return errors;
  });
}
