import { BlockList, isIP } from 'node:net';
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../../schema/generated/types/networking-v1.ts';
import { cidr, type Errors, each, inRange, isCidr, oneOf, portOrName } from '../common.ts';
import { forbidden, invalidValue, notSupported, required } from '../field-error.ts';
import { validateLabelSelector } from '../label-selector.ts';

const policyTypes = ['Egress', 'Ingress'];

export function validateNetworkPolicy({ spec = {} }: NetworkPolicy): Errors {
  const types = spec.policyTypes ?? [];
  const errors = validateLabelSelector(spec.podSelector, 'spec.podSelector');
  errors.push(
    ...each(spec.ingress, 'spec.ingress', ({ ports, from }, here) => [
      ...each(ports, `${here}.ports`, validatePort),
      ...each(from, `${here}.from`, validatePeer),
    ]),
    ...each(spec.egress, 'spec.egress', ({ ports, to }, here) => [
      ...each(ports, `${here}.ports`, validatePort),
      ...each(to, `${here}.to`, validatePeer),
    ]),
  );
  if (types.length > policyTypes.length)
    return [...errors, invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  return [
    ...errors,
    ...each(types, 'spec.policyTypes', (type, here) =>
      policyTypes.includes(type) ? [] : [notSupported(here, type, policyTypes)],
    ),
  ];
}

function validatePort({ port, endPort, protocol }: NetworkPolicyPort, path: string): Errors {
  const errors = oneOf(protocol, `${path}.protocol`, ['SCTP', 'TCP', 'UDP']);
  if (port !== undefined) errors.push(...portOrName(port, `${path}.port`));
  if (endPort === undefined) return errors;
  if (port === undefined) return [...errors, required(`${path}.port`, 'must be specified when `endPort` is specified')];
  if (typeof port === 'string')
    return [...errors, invalidValue(`${path}.endPort`, endPort, 'may not be specified when `port` is non-numeric')];
  if (endPort < port) errors.push(invalidValue(`${path}.endPort`, endPort, 'must be greater than or equal to `port`'));
  return [...errors, ...inRange(endPort, `${path}.endPort`, [1, 65_535])];
}

function validatePeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, path: string): Errors {
  const errors = [
    ...validateLabelSelector(podSelector, `${path}.podSelector`),
    ...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`),
  ];
  if (ipBlock) {
    errors.push(...validateBlock(ipBlock, `${path}.ipBlock`));
    if (podSelector || namespaceSelector) errors.push(forbidden(path, 'may not specify both ipBlock and another peer'));
  } else if (!podSelector && !namespaceSelector) errors.push(required(path, 'must specify a peer'));
  return errors;
}

function validateBlock({ cidr: block, except }: IPBlock, path: string): Errors {
  if (!block) return [required(`${path}.cidr`)];
  const errors = cidr(block, `${path}.cidr`);
  if (errors.length > 0) return errors;
  return each(except, `${path}.except`, (inner, here) => {
    const found = cidr(inner, here);
    if (found.length > 0 || isStrictlyInside(inner, block)) return found;
    return [invalidValue(here, inner, `must be a strict subset of \`cidr\``)];
  });
}

function isStrictlyInside(inner: string, outer: string): boolean {
  if (!isCidr(inner) || !isCidr(outer)) return false;
  const [innerAddress = '', innerBits] = inner.split('/');
  const [outerAddress = '', outerBits] = outer.split('/');
  const family = isIP(outerAddress) === 4 ? 'ipv4' : 'ipv6';
  if (isIP(innerAddress) !== isIP(outerAddress) || Number(innerBits) <= Number(outerBits)) return false;
  const list = new BlockList();
  list.addSubnet(outerAddress, Number(outerBits), family);
  return list.check(innerAddress, family);
}
