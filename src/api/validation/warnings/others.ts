import { formatIp, parseIp } from '../../../base/ip.ts';
import type { Node, Service, ServiceAccount } from '../../schema/generated/types/core-v1.ts';
import type { Ingress } from '../../schema/generated/types/networking-v1.ts';
import type { RuntimeClass } from '../../schema/generated/types/node-v1.ts';
import { quote } from '../field-error.ts';
import { deprecatedLabel } from './deprecated-labels.ts';

const topologyHints = 'service.kubernetes.io/topology-aware-hints';
const ingressClass = 'kubernetes.io/ingress.class';
const mountableSecrets = 'kubernetes.io/enforce-mountable-secrets';

export function serviceWarnings({ metadata, spec = {} }: Service): readonly string[] {
  const warnings: string[] = [];
  const { type, clusterIPs = [], externalIPs = [], loadBalancerIP } = spec;
  const isHeadless = type === 'ClusterIP' && spec.clusterIP === 'None';
  if (metadata.annotations?.[topologyHints] !== undefined)
    warnings.push(`annotation ${topologyHints} is deprecated, please use service.kubernetes.io/topology-mode instead`);
  if (type !== 'ExternalName' && !isHeadless)
    clusterIPs.forEach((address, at) => {
      warnings.push(...addressWarnings(address, `spec.clusterIPs[${at}]`));
    });
  if (isHeadless) {
    if (loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (externalIPs.length > 0) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
  }
  externalIPs.forEach((address, at) => {
    warnings.push(...addressWarnings(address, `spec.externalIPs[${at}]`));
  });
  if (externalIPs.length > 0 && !isHeadless && type !== 'ExternalName')
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  if (loadBalancerIP) warnings.push(...addressWarnings(loadBalancerIP, 'spec.loadBalancerIP'));
  if (type === 'ExternalName' && externalIPs.length > 0)
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (type !== 'ExternalName' && spec.externalName)
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose')
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}

/** An IPv6 address that is not written as RFC 5952 says. */
function addressWarnings(text: string, path: string): string[] {
  const address = parseIp(text);
  if (!address || !text.includes(':') || formatIp(address) === text) return [];
  const shown = `${quote(text)} should be in RFC 5952 canonical format (${quote(formatIp(address))})`;
  return [`${path}: IPv6 address ${shown}`];
}

export function ingressWarnings({ metadata }: Ingress, old: Ingress | undefined): readonly string[] {
  if (old || metadata.annotations?.[ingressClass] === undefined) return [];
  return [`annotation "${ingressClass}" is deprecated, please use 'spec.ingressClassName' instead`];
}

export function serviceAccountWarnings({ metadata }: ServiceAccount): readonly string[] {
  if (metadata.annotations?.[mountableSecrets] === undefined) return [];
  return [
    `metadata.annotations[${mountableSecrets}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
  ];
}

export function nodeWarnings({ spec = {} }: Node): readonly string[] {
  const warnings: string[] = [];
  if (spec.configSource) warnings.push('spec.configSource: the field is removed in v1.24+ and ignored');
  if (spec.externalID) warnings.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
  return warnings;
}

export function runtimeClassWarnings({ scheduling }: RuntimeClass): readonly string[] {
  return Object.keys(scheduling?.nodeSelector ?? {}).flatMap((key) => {
    const message = deprecatedLabel(key);
    return message ? [`scheduling.nodeSelector: ${message}`] : [];
  });
}
