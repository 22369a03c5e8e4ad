import { qosClassOf } from '../../api/core/pod-qos.ts';
import { addAmounts, podRequests } from '../../api/core/resource-amounts.ts';
import { formatQuantity, quantityOfMilli, quantityOfValue, quantityValue } from '../../api/quantity/quantity.ts';
import type {
  Container,
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  Service,
} from '../../api/schema/generated/types/core-v1.ts';
import { isTerminal } from '../shared/pods.ts';

/** What a namespace holds, as far as a quota may ask. */
export interface Holdings {
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly claims: readonly PersistentVolumeClaim[];
  /** Numbers of objects by `plural` or `plural.group`; undefined: no such kind. */
  count(resource: string): number | undefined;
}

/** How much of each resource in the quota's `hard` is in use. Resources that cannot be told are left out. */
export function usageOf({ spec }: ResourceQuota, holdings: Holdings): Readonly<Record<string, string>> {
  const pods = holdings.pods.filter((pod) => !isTerminal(pod) && inScopes(spec, pod));
  const requests = new Map<string, number>();
  const limits = new Map<string, number>();
  for (const pod of pods) {
    addAmounts(requests, podRequests(pod));
    addAmounts(limits, podRequests(withLimitsAsRequests(pod)));
  }
  const used: Record<string, string> = {};
  for (const name of Object.keys(spec?.hard ?? {})) {
    const text = amountText(name, { requests, limits, podCount: pods.length }, holdings);
    if (text !== undefined) used[name] = text;
  }
  return used;
}

interface PodUse {
  readonly requests: ReadonlyMap<string, number>;
  readonly limits: ReadonlyMap<string, number>;
  readonly podCount: number;
}

const computed: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);

function amountText(name: string, use: PodUse, holdings: Holdings): string | undefined {
  if (name === 'pods') return String(use.podCount);
  if (name.startsWith('count/')) return numberText(holdings.count(name.slice('count/'.length)));
  if (name === 'services.nodeports') return String(sum(holdings.services, nodePortsOf));
  if (name === 'services.loadbalancers')
    return String(holdings.services.filter(({ spec }) => spec?.type === 'LoadBalancer').length);
  if (name === 'requests.storage') return bytesText(sum(holdings.claims, storageOf));
  const ofClass = /^(.+)\.storageclass\.storage\.k8s\.io\/(requests\.storage|persistentvolumeclaims)$/.exec(name);
  if (ofClass) {
    const claims = holdings.claims.filter(({ spec }) => spec?.storageClassName === ofClass[1]);
    return ofClass[2] === 'requests.storage' ? bytesText(sum(claims, storageOf)) : String(claims.length);
  }
  if (name.startsWith('requests.')) return resourceText(name.slice('requests.'.length), use.requests);
  if (name.startsWith('limits.')) return resourceText(name.slice('limits.'.length), use.limits);
  if (computed.has(name) || name.startsWith('hugepages-')) return resourceText(name, use.requests);
  return numberText(holdings.count(name));
}

function resourceText(resource: string, amounts: ReadonlyMap<string, number>): string {
  const amount = amounts.get(resource) ?? 0;
  if (resource === 'cpu') return formatQuantity(quantityOfMilli(amount));
  return resource.includes('/') ? String(amount) : bytesText(amount);
}

function bytesText(bytes: number): string {
  return formatQuantity(quantityOfValue(bytes, 'BinarySI'));
}

function numberText(count: number | undefined): string | undefined {
  return count === undefined ? undefined : String(count);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

function storageOf({ spec }: PersistentVolumeClaim): number {
  return quantityValue(spec?.resources?.requests?.['storage'] ?? '0');
}

function nodePortsOf({ spec }: Service): number {
  const hasPorts =
    spec?.type === 'NodePort' || (spec?.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
  return hasPorts ? (spec?.ports?.length ?? 0) : 0;
}

function withLimitsAsRequests(pod: Pod): Pod {
  const swap = (containers: readonly Container[]) =>
    containers.map((container) => ({ ...container, resources: { requests: container.resources?.limits ?? {} } }));
  const { containers = [], initContainers = [], resources, ...spec } = pod.spec ?? { containers: [] };
  const whole = resources?.limits && { resources: { requests: resources.limits } };
  return { ...pod, spec: { ...spec, ...whole, containers: swap(containers), initContainers: swap(initContainers) } };
}

/** Whether a pod is one of those that the quota's scopes speak of. */
function inScopes(spec: ResourceQuota['spec'], pod: Pod): boolean {
  const plain = (spec?.scopes ?? []).map((scopeName) => ({
    scopeName,
    operator: 'Exists',
    values: [] as readonly string[],
  }));
  const expressions = (spec?.scopeSelector?.matchExpressions ?? []).map((one) => ({
    ...one,
    values: one.values ?? [],
  }));
  return [...plain, ...expressions].every(({ scopeName, operator, values }) => {
    switch (scopeName) {
      case 'Terminating':
        return pod.spec?.activeDeadlineSeconds !== undefined;
      case 'NotTerminating':
        return pod.spec?.activeDeadlineSeconds === undefined;
      case 'BestEffort':
        return qosClassOf(pod) === 'BestEffort';
      case 'NotBestEffort':
        return qosClassOf(pod) !== 'BestEffort';
      case 'PriorityClass':
        return meets(operator, values, pod.spec?.priorityClassName);
      default:
        return false;
    }
  });
}

function meets(operator: string, values: readonly string[], value: string | undefined): boolean {
  if (operator === 'Exists') return Boolean(value);
  if (operator === 'DoesNotExist') return !value;
  return operator === 'In' ? values.includes(value ?? '') : !values.includes(value ?? '');
}
