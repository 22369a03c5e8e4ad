import type { LoadBalancerIngress, Service, ServicePort, ServiceSpec } from '../../schema/generated/types/core-v1.ts';
import { cidr, type Errors, each, oneOf, port, portOrName, requiredFormat, requiredOneOf } from '../common.ts';
import { asGoStruct, duplicate, forbidden, invalidFormat, invalidValue, required } from '../field-error.ts';
import { isDns1123Label, isDns1123Subdomain, isQualifiedName } from '../format.ts';
import { validateLabels } from '../object-meta.ts';
import { validateLoadBalancer } from './load-balancer-status.ts';
import { validateAddressesUpdate, validateClusterAddresses, validateExternalAddresses } from './service-addresses.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const policies = ['Cluster', 'Local'];
const distributions = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
const longestAffinitySeconds = 86_400;
const kubeletPort = 10_250;
const onlyLoadBalancers = "may only be used when `type` is 'LoadBalancer'";

/** A service after defaulting; its cluster addresses may not be allocated yet. */
export function validateService({ spec = {} }: Service): Errors {
  const { type, ports = [] } = spec;
  const isHeadless = spec.clusterIP === 'None';
  const errors: Errors = ports.length === 0 && !isHeadless && type !== 'ExternalName' ? [required('spec.ports')] : [];
  return [
    ...errors,
    ...validateType(spec, isHeadless),
    ...validatePorts(ports),
    ...(spec.selector ? validateLabels(spec.selector, 'spec.selector') : []),
    ...requiredOneOf(spec.sessionAffinity, 'spec.sessionAffinity', ['ClientIP', 'None']),
    ...validateAffinity(spec, 'spec.sessionAffinityConfig'),
    ...validateClusterAddresses(spec),
    ...validateExternalAddresses(spec.externalIPs, 'spec.externalIPs'),
    ...requiredOneOf(type, 'spec.type', types),
    ...validateNodePorts(spec, ports),
    ...validateDuplicatePorts(ports),
    ...validateBalancing(spec),
    ...validateTraffic(spec),
  ];
}

function validateType(spec: ServiceSpec, isHeadless: boolean): Errors {
  const { type, ports = [] } = spec;
  if (type === 'ExternalName') {
    const forbid = (name: string) => forbidden(`spec.${name}`, 'may not be set for ExternalName services');
    const errors: Errors = [];
    if (spec.clusterIP || (spec.clusterIPs ?? []).length > 0) errors.push(forbid('clusterIPs'));
    if ((spec.ipFamilies ?? []).length > 0) errors.push(forbid('ipFamilies'));
    if (spec.ipFamilyPolicy !== undefined) errors.push(forbid('ipFamilyPolicy'));
    return [
      ...errors,
      ...requiredFormat(spec.externalName?.replace(/\.$/, ''), 'spec.externalName', isDns1123Subdomain),
    ];
  }
  if (type !== 'LoadBalancer' && type !== 'NodePort') return [];
  const errors: Errors = [];
  if (type === 'LoadBalancer')
    ports.forEach((one, at) => {
      if (one.port !== kubeletPort) return;
      const detail = `may not expose port ${kubeletPort} externally since it is used by kubelet`;
      errors.push(invalidValue(`spec.ports[${at}]`, kubeletPort, detail));
    });
  if (isHeadless)
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  return errors;
}

function validatePorts(ports: readonly ServicePort[]): Errors {
  const names = new Set<string>();
  return each(ports, 'spec.ports', ({ name, port: number, protocol, targetPort, appProtocol }, here) => {
    const errors: Errors = [];
    if (!name) {
      if (ports.length > 1) errors.push(required(`${here}.name`));
    } else {
      errors.push(...invalidFormat(`${here}.name`, name, isDns1123Label(name)));
      if (names.has(name)) errors.push(duplicate(`${here}.name`, name));
      names.add(name);
    }
    errors.push(
      ...port(number, `${here}.port`),
      ...requiredOneOf(protocol, `${here}.protocol`, ['SCTP', 'TCP', 'UDP']),
    );
    if (targetPort !== undefined) errors.push(...portOrName(targetPort, `${here}.targetPort`));
    return appProtocol === undefined
      ? errors
      : [...errors, ...invalidFormat(`${here}.appProtocol`, appProtocol, isQualifiedName(appProtocol))];
  });
}

function validateNodePorts({ type }: ServiceSpec, ports: readonly ServicePort[]): Errors {
  const seen = new Set<string>();
  return each(ports, 'spec.ports', ({ nodePort, protocol }, here) => {
    if (!nodePort) return [];
    const errors: Errors =
      type === 'ClusterIP' ? [forbidden(`${here}.nodePort`, "may not be used when `type` is 'ClusterIP'")] : [];
    const key = `${protocol}/${nodePort}`;
    if (seen.has(key)) errors.push(duplicate(`${here}.nodePort`, nodePort));
    seen.add(key);
    return [...errors, ...port(nodePort, `${here}.nodePort`)];
  });
}

const emptyPort = { Name: '', Protocol: '', AppProtocol: null, Port: 0, TargetPort: 0, NodePort: 0 };

function validateDuplicatePorts(ports: readonly ServicePort[]): Errors {
  const seen = new Set<string>();
  return each(ports, 'spec.ports', ({ protocol, port: number }, here) => {
    const key = `${protocol}/${number}`;
    if (seen.has(key)) return [duplicate(here, asGoStruct({ protocol, port: number }, emptyPort))];
    seen.add(key);
    return [];
  });
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig: config }: ServiceSpec, path: string): Errors {
  if (sessionAffinity === 'None' && config) return [forbidden(path, 'must not be set when session affinity is None')];
  if (sessionAffinity !== 'ClientIP') return [];
  const seconds = config?.clientIP?.timeoutSeconds;
  const here = `${path}.clientIP.timeoutSeconds`;
  if (seconds === undefined) return [required(here, 'when session affinity type is ClientIP')];
  return seconds > 0 && seconds <= longestAffinitySeconds
    ? []
    : [invalidValue(here, seconds, `must be greater than 0 and less than ${longestAffinitySeconds}`)];
}

/** What only load balancers have. */
function validateBalancing(spec: ServiceSpec): Errors {
  const { type, loadBalancerSourceRanges: ranges = [], loadBalancerClass } = spec;
  const isBalancer = type === 'LoadBalancer';
  const errors: Errors = [];
  const here = 'spec.LoadBalancerSourceRanges'; // Upstream's spelling.
  if (ranges.length > 0 && !isBalancer) errors.push(forbidden(here, onlyLoadBalancers));
  errors.push(...each(ranges, here, (range, at) => cidr(range.trim(), at)));
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalancer)
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', onlyLoadBalancers));
  if (loadBalancerClass === undefined) return errors;
  return isBalancer
    ? [...errors, ...invalidFormat('spec.loadBalancerClass', loadBalancerClass, isQualifiedName(loadBalancerClass))]
    : [...errors, forbidden('spec.loadBalancerClass', onlyLoadBalancers)];
}

function validateTraffic(spec: ServiceSpec): Errors {
  const { type, externalTrafficPolicy: external, healthCheckNodePort: healthPort } = spec;
  const here = 'spec.externalTrafficPolicy';
  const hasAddresses = type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0;
  const isExternal = type === 'NodePort' || type === 'LoadBalancer' || hasAddresses;
  const errors: Errors = [];
  if (isExternal) errors.push(...requiredOneOf(external, here, policies));
  else if (external) errors.push(invalidValue(here, external, 'may only be set for externally-accessible services'));
  if (healthPort && !(type === 'LoadBalancer' && external === 'Local'))
    errors.push(
      invalidValue(
        'spec.healthCheckNodePort',
        healthPort,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  else if (healthPort) errors.push(...port(healthPort, 'spec.healthCheckNodePort'));
  const internal = spec.internalTrafficPolicy;
  errors.push(
    ...(type === 'ExternalName'
      ? oneOf(internal, 'spec.internalTrafficPolicy', policies)
      : requiredOneOf(internal, 'spec.internalTrafficPolicy', policies)),
  );
  return [...errors, ...oneOf(spec.trafficDistribution, 'spec.trafficDistribution', distributions)];
}

/** A cluster address stays for as long as the service has one; so does the class of a load balancer. */
export function validateServiceUpdate(service: Service, old: Service): Errors {
  const { spec = {} } = service;
  const errors = validateAddressesUpdate(service, old);
  const stays = spec.type === 'LoadBalancer' && old.spec?.type === 'LoadBalancer';
  if (stays && spec.loadBalancerClass !== old.spec?.loadBalancerClass)
    errors.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set'));
  return errors;
}

/** Where a load balancer is reached. */
export function validateServiceStatus({ spec, status }: Service): Errors {
  const addresses: readonly LoadBalancerIngress[] = status?.loadBalancer?.ingress ?? [];
  if (addresses.length > 0 && spec?.type !== 'LoadBalancer')
    return [forbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'")];
  return validateLoadBalancer(addresses, 'status.loadBalancer.ingress');
}
