import { formatQuantity, milliValue, parseQuantity, quantityValue } from '../../api/quantity/quantity.ts';
import type { ResourceFieldSelector } from '../../api/schema/generated/types/core-v1.ts';
import { allContainers } from './containers.ts';
import { NotYet } from './errors.ts';
import type { Container, Pod } from './types.ts';

/** What the downward API needs to know of the node. */
export interface NodeFacts {
  readonly nodeName: string;
  readonly hostIps: readonly string[];
  /** Allocatable amounts, which stand in where a container has no limit. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The text of a field of the pod. Throws when the field is not one that the downward API gives. */
export function podField(pod: Pod, path: string, facts: NodeFacts, podIps: readonly string[]): string {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (keyed) return metadata[keyed[1] === 'labels' ? 'labels' : 'annotations']?.[keyed[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name ?? '';
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(metadata.labels);
    case 'metadata.annotations':
      return formatMap(metadata.annotations);
    case 'spec.nodeName':
      return spec?.nodeName ?? facts.nodeName;
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? '';
    case 'status.hostIP':
      return facts.hostIps[0] ?? '';
    case 'status.hostIPs':
      return facts.hostIps.join(',');
    case 'status.podIP':
      return podIps[0] ?? '';
    case 'status.podIPs':
      return podIps.join(',');
    default:
      throw new NotYet('CreateContainerConfigError', `unsupported fieldPath: ${path}`);
  }
}

/** Upstream's file form of a map: sorted `key="value"` lines. */
function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/** A container's request or limit in units of the divisor, rounded up; the node's allocatable where no limit is set. */
export function resourceField(
  pod: Pod,
  selector: ResourceFieldSelector,
  own: Container | undefined,
  facts: NodeFacts,
): string {
  const container = selector.containerName
    ? allContainers(pod).find(({ name }) => name === selector.containerName)
    : own;
  if (!container) throw new NotYet('CreateContainerConfigError', `container ${selector.containerName ?? ''} not found`);
  const match = /^(limits|requests)\.(.+)$/.exec(selector.resource);
  const name = match?.[2] ?? '';
  if (!match || !/^(cpu|memory|ephemeral-storage|hugepages-.+)$/.test(name))
    throw new NotYet('CreateContainerConfigError', `unsupported container resource : ${selector.resource}`);
  const given = container.resources?.[match[1] === 'limits' ? 'limits' : 'requests']?.[name];
  const amount = given ?? (match[1] === 'limits' ? (facts.allocatable[name] ?? '0') : '0');
  const divisor = selector.divisor && parseQuantity(selector.divisor).nano !== 0n ? selector.divisor : '1';
  if (name === 'cpu') return String(Math.ceil(milliValue(amount) / milliValue(divisor)));
  return String(Math.ceil(quantityValue(amount) / quantityValue(formatQuantity(parseQuantity(divisor)))));
}
