import { milliValue, parseQuantity, quantityValue } from '../../api/quantity/quantity.ts';
import { initContainers, mainContainers } from './containers.ts';
import type { Container, Pod } from './types.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const computed = ['cpu', 'memory'] as const;

/** Source: the Kubernetes page "Pod Quality of Service Classes". */
export function qosClassOf(pod: Pod): QosClass {
  const containers = [...initContainers(pod), ...mainContainers(pod)];
  const sources = pod.spec?.resources ? [{ resources: pod.spec.resources }] : containers;
  const given = (amount: string | number | undefined) => amount !== undefined && parseQuantity(amount).nano > 0n;
  let any = false;
  let guaranteed = sources.length > 0;
  for (const { resources } of sources)
    for (const name of computed) {
      const limit = resources?.limits?.[name];
      const request = resources?.requests?.[name];
      any ||= given(limit) || given(request);
      const equal =
        limit !== undefined && (request === undefined || parseQuantity(request).nano === parseQuantity(limit).nano);
      guaranteed &&= given(limit) && equal;
    }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** How soon the kernel ends a container when memory runs out: -997 (last) to 1000 (first). Source: "Node-pressure Eviction". */
export function oomScoreAdj(pod: Pod, container: Container, machineMemoryBytes: number): number {
  const qos = qosClassOf(pod);
  if ((pod.spec?.priority ?? 0) >= 2_000_000_000 || qos === 'Guaranteed') return -997;
  if (qos === 'BestEffort') return 1000;
  const request = bytesOf(container.resources?.requests?.['memory']);
  const score = 1000 - Math.floor((1000 * request) / machineMemoryBytes);
  return Math.min(Math.max(score, 3), 999);
}

export function bytesOf(quantity: string | number | undefined): number {
  return quantity === undefined ? 0 : quantityValue(quantity);
}

export function milliOf(quantity: string | number | undefined): number {
  return quantity === undefined ? 0 : milliValue(quantity);
}
