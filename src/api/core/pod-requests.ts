import type { Draft } from '../object.ts';
import { addQuantities, compareQuantities, formatQuantity } from '../quantity/quantity.ts';
import type { Container, PodSpec } from '../schema/generated/types/core-v1.ts';

type Resources = Readonly<Record<string, string>>;

function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

/**
 * Requests of the pod as a whole (KEP-2837), where it has pod-level resources: what its containers ask for together,
 * otherwise the pod's limits.
 */
export function defaultPodRequests(spec: Draft<PodSpec>): void {
  if (!spec.resources?.limits && !spec.resources?.requests) return;
  const requests: Record<string, string> = { ...spec.resources.requests };
  for (const [name, sum] of Object.entries(containerRequests(spec))) {
    // Huge pages cannot be overcommitted: their request is their limit.
    if (isPodLevelResource(name) && !name.startsWith('hugepages-')) requests[name] ??= sum;
  }
  for (const [name, limit] of Object.entries(spec.resources.limits ?? {})) {
    if (isPodLevelResource(name)) requests[name] ??= limit;
  }
  if (Object.keys(requests).length > 0) spec.resources.requests = requests;
}

/** Containers run together with sidecars; each init container runs alone with the sidecars before it. */
function containerRequests(spec: Draft<PodSpec>): Resources {
  let sidecars: Resources = {};
  let largestInit: Resources = {};
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') sidecars = sum(sidecars, requestsOf(container));
    else largestInit = largest(largestInit, sum(sidecars, requestsOf(container)));
  }
  const running = (spec.containers ?? []).map(requestsOf).reduce(sum, sidecars);
  return largest(running, largestInit);
}

function requestsOf({ resources }: Draft<Container>): Resources {
  return resources?.requests ?? {};
}

function sum(left: Resources, right: Resources): Resources {
  return combine(left, right, (a, b) => formatQuantity(addQuantities(a, b)));
}

function largest(left: Resources, right: Resources): Resources {
  return combine(left, right, (a, b) => (compareQuantities(a, b) >= 0 ? a : b));
}

function combine(left: Resources, right: Resources, merge: (a: string, b: string) => string): Resources {
  const merged: Record<string, string> = { ...left };
  for (const [name, quantity] of Object.entries(right)) {
    const known = merged[name];
    merged[name] = known === undefined ? quantity : merge(known, quantity);
  }
  return merged;
}
