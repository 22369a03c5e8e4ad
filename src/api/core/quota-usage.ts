import type { KubeObject } from '../object.ts';
import {
  addQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  subtractQuantities,
} from '../quantity/quantity.ts';
import type { PersistentVolumeClaim, Pod, ResourceQuota, Service } from '../schema/generated/types/core-v1.ts';
import { qosClassOf } from './pod-qos.ts';
import { podTotalsWithOverhead } from './pod-requests.ts';

/** kubernetes.io/docs/concepts/policy/resource-quotas: what one object takes from a quota, and which quotas speak of it. */

/** Amounts by the names that `spec.hard` uses. */
export type QuotaUsage = ReadonlyMap<string, Quantity>;

/** How a quota names a resource: `configmaps`, `deployments.apps`. */
export interface QuotaResource {
  readonly group: string;
  readonly plural: string;
}

const one = parseQuantity('1');

/** Core resources that are counted by their bare name, too. */
const countedByName = new Set([
  ...['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps'],
  'persistentvolumeclaims',
]);

const usages = new WeakMap<KubeObject, QuotaUsage>();

/** What an object uses. Remembered by object: a stored one does not change. */
export function quotaUsage(resource: QuotaResource, object: KubeObject): QuotaUsage {
  let usage = usages.get(object);
  if (!usage) {
    usage = measure(resource, object);
    usages.set(object, usage);
  }
  return usage;
}

function measure({ group, plural }: QuotaResource, object: KubeObject): QuotaUsage {
  const usage = new Map([[`count/${group ? `${plural}.${group}` : plural}`, one]]);
  if (group !== '' || !countedByName.has(plural)) return usage;
  if (plural === 'pods') measurePod(object as Pod, usage);
  else usage.set(plural, one);
  if (plural === 'services') measureService(object as Service, usage);
  if (plural === 'persistentvolumeclaims') measureClaim(object as PersistentVolumeClaim, usage);
  return usage;
}

/** Pods that have ended are only counted as objects. */
function measurePod({ spec, status }: Pod, usage: Map<string, Quantity>): void {
  if (!spec || status?.phase === 'Succeeded' || status?.phase === 'Failed') return;
  usage.set('pods', one);
  for (const [name, text] of Object.entries(podTotalsWithOverhead(spec, 'requests'))) {
    const amount = parseQuantity(text);
    usage.set(`requests.${name}`, amount);
    if (isComputed(name)) usage.set(name, amount);
  }
  for (const [name, text] of Object.entries(podTotalsWithOverhead(spec, 'limits')))
    if (isComputed(name) && !name.startsWith('hugepages-')) usage.set(`limits.${name}`, parseQuantity(text));
}

function isComputed(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name === 'ephemeral-storage' || name.startsWith('hugepages-');
}

function measureService({ spec }: Service, usage: Map<string, Quantity>): void {
  const ports = spec?.ports ?? [];
  const allocates = spec?.type === 'NodePort' || spec?.allocateLoadBalancerNodePorts !== false;
  const nodePorts = allocates ? ports.length : ports.filter(({ nodePort }) => nodePort).length;
  if (spec?.type === 'NodePort' || spec?.type === 'LoadBalancer')
    usage.set('services.nodeports', parseQuantity(String(nodePorts)));
  if (spec?.type === 'LoadBalancer') usage.set('services.loadbalancers', one);
}

function measureClaim({ metadata, spec }: PersistentVolumeClaim, usage: Map<string, Quantity>): void {
  const className = metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName;
  const ofClass = className ? `${className}.storageclass.storage.k8s.io/` : undefined;
  if (ofClass) usage.set(`${ofClass}persistentvolumeclaims`, one);
  const storage = spec?.resources?.requests?.['storage'];
  if (storage === undefined) return;
  const amount = parseQuantity(storage);
  usage.set('requests.storage', amount);
  if (ofClass) usage.set(`${ofClass}requests.storage`, amount);
}

/** Whether objects of this resource can use anything of the quota. */
export function mayUse({ spec }: ResourceQuota, { group, plural }: QuotaResource): boolean {
  if (group === '' && countedByName.has(plural)) return true;
  return `count/${group ? `${plural}.${group}` : plural}` in (spec?.hard ?? {});
}

export function addUsage(into: Map<string, Quantity>, usage: QuotaUsage): void {
  for (const [name, amount] of usage) {
    const known = into.get(name);
    into.set(name, known ? addQuantities(known, amount) : amount);
  }
}

/** What `usage` has more than `before`; nothing where it is less. */
export function growthOf(usage: QuotaUsage, before: QuotaUsage | undefined): Map<string, Quantity> {
  const growth = new Map<string, Quantity>();
  for (const [name, amount] of usage) {
    const known = before?.get(name);
    const more = known ? subtractQuantities(amount, known) : amount;
    if (more.nano > 0n) growth.set(name, more);
  }
  return growth;
}

/** `limits.cpu=2,pods=1`, as messages about quotas list amounts. */
export function usageText(usage: QuotaUsage): string {
  return [...usage]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => `${name}=${formatQuantity(amount)}`)
    .join(',');
}

/** Whether the quota speaks of this object: scopes narrow quotas to some pods, or some claims. */
export function inQuotaScopes({ spec }: ResourceQuota, { group, plural }: QuotaResource, object: KubeObject): boolean {
  const plain = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists', values: [] }));
  const all = [...plain, ...(spec?.scopeSelector?.matchExpressions ?? [])];
  if (all.length === 0) return true;
  if (group !== '') return false;
  return all.every(({ scopeName, operator, values = [] }) => {
    if (plural === 'persistentvolumeclaims' && scopeName === 'VolumeAttributesClass')
      return meets(operator, values, (object as PersistentVolumeClaim).spec?.volumeAttributesClassName);
    return plural === 'pods' && podIsIn(object as Pod, scopeName, { operator, values });
  });
}

function podIsIn(
  pod: Pod,
  scope: string,
  { operator, values }: { readonly operator: string; readonly values: readonly string[] },
): boolean {
  switch (scope) {
    case 'Terminating':
      return (pod.spec?.activeDeadlineSeconds ?? -1) >= 0;
    case 'NotTerminating':
      return (pod.spec?.activeDeadlineSeconds ?? -1) < 0;
    case 'BestEffort':
      return qosClassOf(pod) === 'BestEffort';
    case 'NotBestEffort':
      return qosClassOf(pod) !== 'BestEffort';
    case 'PriorityClass':
      return meets(operator, values, pod.spec?.priorityClassName);
    case 'CrossNamespacePodAffinity':
      return looksIntoOtherNamespaces(pod);
    default:
      return false;
  }
}

function meets(operator: string, values: readonly string[], value: string | undefined): boolean {
  if (operator === 'Exists') return Boolean(value);
  if (operator === 'DoesNotExist') return !value;
  return operator === 'In' ? values.includes(value ?? '') : !values.includes(value ?? '');
}

function looksIntoOtherNamespaces({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  return [podAffinity, podAntiAffinity]
    .flatMap((affinity) => [
      ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
        ({ podAffinityTerm }) => podAffinityTerm,
      ),
    ])
    .some(({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || namespaceSelector !== undefined);
}
