import { milliValue, quantityValue } from '../quantity/quantity.ts';
import type { Container, Pod, PodSpec } from '../schema/generated/types/core-v1.ts';

/** Amounts of resources by name: cpu in thousandths of a core, everything else in its own unit (bytes, pieces). */
export type Amounts = ReadonlyMap<string, number>;

/** Turns a resource list (`{cpu: '100m', memory: '1Gi'}`) into numbers. */
export function amountsOf(list: Readonly<Record<string, string>> | undefined): Map<string, number> {
  const amounts = new Map<string, number>();
  for (const [name, quantity] of Object.entries(list ?? {}))
    amounts.set(name, name === 'cpu' ? milliValue(quantity) : quantityValue(quantity));
  return amounts;
}

export function addAmounts(into: Map<string, number>, amounts: Amounts): void {
  for (const [name, amount] of amounts) into.set(name, (into.get(name) ?? 0) + amount);
}

export function subtractAmounts(from: Map<string, number>, amounts: Amounts): void {
  for (const [name, amount] of amounts) {
    const left = (from.get(name) ?? 0) - amount;
    if (left === 0) from.delete(name);
    else from.set(name, left);
  }
}

function raiseTo(into: Map<string, number>, amounts: Amounts): void {
  for (const [name, amount] of amounts) into.set(name, Math.max(into.get(name) ?? 0, amount));
}

const isSidecar = (container: Container) => container.restartPolicy === 'Always';

const remembered = new WeakMap<Pod, Amounts>();

/**
 * What a pod asks a node for (KEP-753): containers and sidecars together, or, if larger, one init container beside the
 * sidecars that were started before it; plus overhead. Pod-level requests, where given, take the place of the sum.
 */
export function podRequests(pod: Pod): Amounts {
  const known = remembered.get(pod);
  if (known) return known;
  const amounts = pod.spec ? requestsOf(pod.spec) : new Map<string, number>();
  remembered.set(pod, amounts);
  return amounts;
}

function requestsOf(spec: PodSpec): Map<string, number> {
  const total = new Map<string, number>();
  for (const container of spec.containers) addAmounts(total, amountsOf(container.resources?.requests));
  const sidecars = new Map<string, number>();
  const highest = new Map<string, number>();
  for (const container of spec.initContainers ?? []) {
    const own = amountsOf(container.resources?.requests);
    if (isSidecar(container)) {
      addAmounts(sidecars, own);
      raiseTo(highest, sidecars);
    } else {
      addAmounts(own, sidecars);
      raiseTo(highest, own);
    }
  }
  addAmounts(total, sidecars);
  raiseTo(total, highest);
  for (const [name, amount] of amountsOf(spec.resources?.requests)) total.set(name, amount);
  addAmounts(total, amountsOf(spec.overhead));
  return total;
}
