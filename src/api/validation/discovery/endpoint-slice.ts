import { isIP } from 'node:net';
import { entryOf } from '../../entry-of.ts';
import type { Endpoint, EndpointSlice } from '../../schema/generated/types/discovery-v1.ts';
import { type Errors, each, immutable, ipAddress, oneOf, optionalFormat, port, requiredOneOf } from '../common.ts';
import { notSpecial } from '../core/service-addresses.ts';
import { duplicate, invalidFormat, invalidValue, required, tooMany } from '../field-error.ts';
import { isDns1123Label, isDns1123Subdomain, isLabelValue, isQualifiedName } from '../format.ts';
import { validateLabels } from '../object-meta.ts';

const families: Readonly<Record<string, number>> = { IPv4: 4, IPv6: 6 };
const maxEndpoints = 1000;
const maxAddresses = 100;
const maxPorts = 20_000;
const maxTopology = 16;
const maxHints = 8;

export function validateEndpointSlice({ addressType, endpoints = [], ports = [] }: EndpointSlice): Errors {
  const errors = requiredOneOf(addressType, 'addressType', ['FQDN', 'IPv4', 'IPv6']);
  if (endpoints.length > maxEndpoints) errors.push(tooMany('endpoints', endpoints.length, maxEndpoints));
  else errors.push(...each(endpoints, 'endpoints', (endpoint, here) => validateEndpoint(endpoint, here, addressType)));
  if (ports.length > maxPorts) return [...errors, tooMany('ports', ports.length, maxPorts)];
  const names = new Set<string>();
  return [
    ...errors,
    ...each(ports, 'ports', ({ name = '', port: number, protocol, appProtocol }, here) => {
      const found = optionalFormat(name, `${here}.name`, isDns1123Label);
      if (names.has(name)) found.push(duplicate(`${here}.name`, name));
      names.add(name);
      return [
        ...found,
        ...(number === undefined ? [] : port(number, `${here}.port`)),
        ...oneOf(protocol, `${here}.protocol`, ['SCTP', 'TCP', 'UDP']),
        ...optionalFormat(appProtocol, `${here}.appProtocol`, isQualifiedName),
      ];
    }),
  ];
}

function validateEndpoint(endpoint: Endpoint, path: string, type: string): Errors {
  const { addresses = [], hostname, nodeName, deprecatedTopology: topology, hints } = endpoint;
  const here = `${path}.addresses`;
  const errors: Errors = [];
  if (addresses.length === 0) errors.push(required(here, 'must contain at least 1 address'));
  else if (addresses.length > maxAddresses) errors.push(tooMany(here, addresses.length, maxAddresses));
  else errors.push(...each(addresses, here, (address, at) => validateAddress(address, type, at)));
  errors.push(
    ...optionalFormat(nodeName, `${path}.nodeName`, isDns1123Subdomain),
    ...optionalFormat(hostname, `${path}.hostname`, isDns1123Label),
  );
  if (topology) {
    const count = Object.keys(topology).length;
    const place = `${path}.deprecatedTopology`;
    errors.push(...(count > maxTopology ? [tooMany(place, count, maxTopology)] : validateLabels(topology, place)));
  }
  for (const name of ['forZones', 'forNodes'] as const)
    errors.push(...validateHints(hints?.[name], `${path}.hints.${name}`));
  return errors;
}

function validateHints(hints: readonly { readonly name: string }[] | undefined, path: string): Errors {
  if (!hints) return [];
  if (hints.length > maxHints) return [tooMany(path, hints.length, maxHints)];
  const names = new Set<string>();
  return each(hints, path, ({ name = '' }, here) => {
    const errors: Errors = names.has(name) ? [duplicate(`${here}.name`, name)] : [];
    names.add(name);
    return [...errors, ...invalidFormat(`${here}.name`, name, isLabelValue(name))];
  });
}

function validateAddress(address: string, type: string, path: string): Errors {
  const version = entryOf(families, type);
  if (version === undefined) return invalidFormat(path, address, isDns1123Subdomain(address));
  const errors = ipAddress(address, path);
  if (errors.length > 0) return errors;
  return isIP(address) === version
    ? notSpecial(address, path)
    : [invalidValue(path, address, `must be an ${type} address`)];
}

export function validateEndpointSliceUpdate(slice: EndpointSlice, old: EndpointSlice): Errors {
  return immutable(slice.addressType, old.addressType, 'addressType');
}
