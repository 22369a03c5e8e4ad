import { isIP } from 'node:net';
import type { EndpointSlice } from '../../schema/generated/types/discovery-v1.ts';
import { duplicates, type Errors, each, immutable, oneOf, optionalFormat, port, requiredOneOf } from '../common.ts';
import { invalidFormat, invalidValue, required, tooMany } from '../field-error.ts';
import { isDns1123Label, isDns1123Subdomain, isPortName } from '../format.ts';

const families: Readonly<Record<string, number>> = { IPv4: 4, IPv6: 6 };
const maxEndpoints = 1000;
const maxAddresses = 100;
const maxPorts = 20_000;

export function validateEndpointSlice({ addressType, endpoints = [], ports = [] }: EndpointSlice): Errors {
  const errors = requiredOneOf(addressType, 'addressType', ['FQDN', 'IPv4', 'IPv6']);
  if (endpoints.length > maxEndpoints) return [...errors, tooMany('endpoints', endpoints.length, maxEndpoints)];
  if (ports.length > maxPorts) return [...errors, tooMany('ports', ports.length, maxPorts)];
  return [
    ...errors,
    ...each(endpoints, 'endpoints', ({ addresses = [], hostname, nodeName }, here) => {
      if (addresses.length === 0) return [required(`${here}.addresses`, 'must contain at least 1 address')];
      if (addresses.length > maxAddresses) return [tooMany(`${here}.addresses`, addresses.length, maxAddresses)];
      return [
        ...each(addresses, `${here}.addresses`, (address, at) => validateAddress(address, addressType, at)),
        ...optionalFormat(hostname, `${here}.hostname`, isDns1123Label),
        ...optionalFormat(nodeName, `${here}.nodeName`, isDns1123Subdomain),
      ];
    }),
    ...each(ports, 'ports', ({ name, port: number, protocol }, here) => [
      ...optionalFormat(name, `${here}.name`, isPortName),
      ...(number === undefined ? [] : port(number, `${here}.port`)),
      ...oneOf(protocol, `${here}.protocol`, ['SCTP', 'TCP', 'UDP']),
    ]),
    ...duplicates(
      ports,
      ({ name }) => name,
      (at) => `ports[${at}].name`,
    ),
  ];
}

function validateAddress(address: string, type: string, path: string): Errors {
  const version = families[type];
  if (version === undefined) return invalidFormat(path, address, isDns1123Subdomain(address));
  return isIP(address) === version ? [] : [invalidValue(path, address, `must be a valid ${type} address`)];
}

export function validateEndpointSliceUpdate(slice: EndpointSlice, old: EndpointSlice): Errors {
  return immutable(slice.addressType, old.addressType, 'addressType');
}
