import { isIP } from 'node:net';
import { jsonEqual } from '../../patch/record.ts';
import type { Service, ServicePort, ServiceSpec } from '../../schema/generated/types/core-v1.ts';
import {
  cidr,
  type Errors,
  each,
  inRange,
  ipAddress,
  oneOf,
  port,
  portOrName,
  requiredFormat,
  requiredOneOf,
} from '../common.ts';
import { duplicate, forbidden, invalidFormat, invalidValue, required } from '../field-error.ts';
import { isDns1123Label, isDns1123Subdomain } from '../format.ts';
import { validateLabels } from '../object-meta.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const policies = ['Cluster', 'Local'];
const longestAffinitySeconds = 86_400;

/** A service after defaulting; its cluster addresses may not be allocated yet. */
export function validateService({ spec = {} }: Service): Errors {
  const { type, clusterIP } = spec;
  const isHeadless = clusterIP === 'None';
  const ports = spec.ports ?? [];
  const errors: Errors = [];
  if (ports.length === 0 && !isHeadless && type !== 'ExternalName') errors.push(required('spec.ports'));
  if (isHeadless && (type === 'LoadBalancer' || type === 'NodePort'))
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  if (type === 'ExternalName') {
    if (clusterIP || (spec.clusterIPs ?? []).length > 0)
      errors.push(forbidden('spec.clusterIPs', 'may not be set for ExternalName services'));
    const name = spec.externalName?.replace(/\.$/, '');
    errors.push(...requiredFormat(name, 'spec.externalName', isDns1123Subdomain));
  }
  return [
    ...errors,
    ...validatePorts(spec, ports),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...requiredOneOf(spec.sessionAffinity, 'spec.sessionAffinity', ['ClientIP', 'None']),
    ...(spec.sessionAffinity === 'ClientIP'
      ? inRange(
          spec.sessionAffinityConfig?.clientIP?.timeoutSeconds,
          'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
          [1, longestAffinitySeconds],
        )
      : []),
    ...validateAddresses(spec),
    ...requiredOneOf(type, 'spec.type', types),
    ...validateTraffic(spec),
  ];
}

function validatePorts({ type }: ServiceSpec, ports: readonly ServicePort[]): Errors {
  const names = new Set<string>();
  const used = new Set<string>();
  const nodePorts = new Set<string>();
  return each(ports, 'spec.ports', (one, here) => {
    const { name, protocol, nodePort } = one;
    const errors: Errors = [];
    if (!name) {
      if (ports.length > 1) errors.push(required(`${here}.name`));
    } else {
      errors.push(...invalidFormat(`${here}.name`, name, isDns1123Label(name)));
      if (names.has(name)) errors.push(duplicate(`${here}.name`, name));
      names.add(name);
    }
    errors.push(
      ...port(one.port, `${here}.port`),
      ...requiredOneOf(protocol, `${here}.protocol`, ['SCTP', 'TCP', 'UDP']),
    );
    if (one.targetPort !== undefined) errors.push(...portOrName(one.targetPort, `${here}.targetPort`));
    const key = `${protocol}/${one.port}`;
    if (used.has(key)) errors.push(duplicate(here, { protocol, port: one.port }));
    used.add(key);
    if (!nodePort) return errors;
    if (type === 'ClusterIP') errors.push(forbidden(`${here}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    if (nodePorts.has(`${protocol}/${nodePort}`)) errors.push(duplicate(`${here}.nodePort`, nodePort));
    nodePorts.add(`${protocol}/${nodePort}`);
    return [...errors, ...port(nodePort, `${here}.nodePort`)];
  });
}

function validateAddresses(spec: ServiceSpec): Errors {
  const { clusterIP, clusterIPs = [], externalIPs, ipFamilies } = spec;
  const errors: Errors = [];
  if (clusterIPs.length > 0 && clusterIPs[0] !== clusterIP)
    errors.push(invalidValue('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`'));
  if (clusterIPs.length > 2) errors.push(invalidValue('spec.clusterIPs', clusterIPs, 'may only hold up to 2 values'));
  clusterIPs.forEach((address, at) => {
    if (address !== 'None') errors.push(...ipAddress(address, `spec.clusterIPs[${at}]`));
  });
  if (clusterIP && clusterIP !== 'None' && clusterIPs.length === 0)
    errors.push(...ipAddress(clusterIP, 'spec.clusterIP'));
  return [
    ...errors,
    ...each(externalIPs, 'spec.externalIPs', (address, here) => {
      if (isIP(address) === 0) return ipAddress(address, here);
      if (/^(0\.0\.0\.0|::)$/.test(address)) return [invalidValue(here, address, 'may not be unspecified (0.0.0.0)')];
      return address.startsWith('127.') || address === '::1'
        ? [invalidValue(here, address, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')]
        : [];
    }),
    ...each(ipFamilies, 'spec.ipFamilies', (family, here) => oneOf(family, here, ['IPv4', 'IPv6'])),
    ...oneOf(spec.ipFamilyPolicy, 'spec.ipFamilyPolicy', ['PreferDualStack', 'RequireDualStack', 'SingleStack']),
  ];
}

function validateTraffic(spec: ServiceSpec): Errors {
  const { type, externalTrafficPolicy: external, loadBalancerSourceRanges: ranges } = spec;
  const errors = oneOf(spec.internalTrafficPolicy, 'spec.internalTrafficPolicy', policies);
  const isExternal = type === 'NodePort' || type === 'LoadBalancer' || (spec.externalIPs ?? []).length > 0;
  if (external && !isExternal)
    errors.push(
      invalidValue('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'),
    );
  else errors.push(...oneOf(external, 'spec.externalTrafficPolicy', policies));
  if ((ranges ?? []).length > 0 && type !== 'LoadBalancer')
    errors.push(forbidden('spec.loadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'"));
  else errors.push(...each(ranges, 'spec.loadBalancerSourceRanges', (range, here) => cidr(range.trim(), here)));
  if (spec.loadBalancerClass !== undefined && type !== 'LoadBalancer')
    errors.push(forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'"));
  if (spec.allocateLoadBalancerNodePorts !== undefined && type !== 'LoadBalancer')
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"));
  return [
    ...errors,
    ...oneOf(spec.trafficDistribution, 'spec.trafficDistribution', ['PreferClose', 'PreferSameNode', 'PreferSameZone']),
  ];
}

/** A cluster address stays for as long as the service has one. */
export function validateServiceUpdate({ spec = {} }: Service, old: Service): Errors {
  const before = old.spec ?? {};
  const errors: Errors = [];
  const hadAddress = before.type !== 'ExternalName' && Boolean(before.clusterIP);
  if (hadAddress && spec.type !== 'ExternalName') {
    if (!spec.clusterIP)
      errors.push(invalidValue('spec.clusterIPs[0]', spec.clusterIPs ?? [], 'primary clusterIP can not be unset'));
    else if (spec.clusterIP !== before.clusterIP)
      errors.push(invalidValue('spec.clusterIPs[0]', spec.clusterIPs ?? [spec.clusterIP], 'may not change once set'));
  }
  if (
    spec.type === 'LoadBalancer' &&
    before.type === 'LoadBalancer' &&
    !jsonEqual(spec.loadBalancerClass, before.loadBalancerClass)
  )
    errors.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set'));
  return errors;
}
