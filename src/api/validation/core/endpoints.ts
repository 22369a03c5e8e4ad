import type { Endpoints } from '../../schema/generated/types/core-v1.ts';
import { type Errors, each, ipAddress, optionalFormat, port, requiredOneOf } from '../common.ts';
import { required } from '../field-error.ts';
import { isDns1123Label, isDns1123Subdomain, isQualifiedName } from '../format.ts';
import { notSpecial } from './service-addresses.ts';

function endpointAddress(ip: string, path: string): Errors {
  const errors = ipAddress(ip, path);
  return errors.length > 0 ? errors : notSpecial(ip, path);
}

export function validateEndpoints({ subsets }: Endpoints): Errors {
  return each(subsets, 'subsets', ({ addresses = [], notReadyAddresses = [], ports = [] }, here) => {
    const errors: Errors = [];
    if (addresses.length + notReadyAddresses.length === 0)
      errors.push(required(here, 'must specify `addresses` or `notReadyAddresses`'));
    for (const [name, list] of Object.entries({ addresses, notReadyAddresses }))
      errors.push(
        ...each(list, `${here}.${name}`, ({ ip, hostname, nodeName }, at) => [
          ...endpointAddress(ip, `${at}.ip`),
          ...optionalFormat(hostname, `${at}.hostname`, isDns1123Label),
          ...optionalFormat(nodeName, `${at}.nodeName`, isDns1123Subdomain),
        ]),
      );
    return [
      ...errors,
      ...each(ports, `${here}.ports`, (one, at) => {
        const found: Errors =
          !one.name && ports.length > 1
            ? [required(`${at}.name`)]
            : optionalFormat(one.name, `${at}.name`, isDns1123Label);
        return [
          ...found,
          ...port(one.port, `${at}.port`),
          ...requiredOneOf(one.protocol, `${at}.protocol`, ['SCTP', 'TCP', 'UDP']),
          ...optionalFormat(one.appProtocol, `${at}.appProtocol`, isQualifiedName),
        ];
      }),
    ];
  });
}
