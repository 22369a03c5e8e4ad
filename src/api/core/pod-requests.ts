import { entryOf } from '../entry-of.ts';
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
  for (const [name, sum] of Object.entries(containerTotals(spec, 'requests'))) {
    // Huge pages cannot be overcommitted: their request is their limit.
    if (isPodLevelResource(name) && !name.startsWith('hugepages-')) requests[name] = entryOf(requests, name) ?? sum;
  }
  for (const [name, limit] of Object.entries(spec.resources.limits ?? {})) {
    if (isPodLevelResource(name)) requests[name] = entryOf(requests, name) ?? limit;
  }
  if (Object.keys(requests).length > 0) spec.resources.requests = requests;
}

/** What the containers of a pod ask for, or may use, together; pod-level amounts take the place of the sum (KEP-753, KEP-2837). */
export function podTotals(spec: PodSpec, list: 'requests' | 'limits'): Readonly<Record<string, string>> {
  const whole = Object.entries(spec.resources?.[list] ?? {}).filter(([name]) => isPodLevelResource(name));
  return { ...containerTotals(spec, list), ...Object.fromEntries(whole) };
}

/** Totals and the pod's own overhead, which adds to a limit only where there is one. */
export function podTotalsWithOverhead(spec: PodSpec, list: 'requests' | 'limits'): Readonly<Record<string, string>> {
  const totals = podTotals(spec, list);
  const overhead = Object.entries(spec.overhead ?? {}).filter(
    ([name]) => list === 'requests' || Object.hasOwn(totals, name),
  );
  return sum(totals, Object.fromEntries(overhead));
}

/** Containers run together with sidecars; each init container runs alone with the sidecars before it. */
function containerTotals(spec: PodSpec, list: 'requests' | 'limits'): Resources {
  const of = ({ resources }: Container) => resources?.[list] ?? {};
  let sidecars: Resources = {};
  let largestInit: Resources = {};
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') sidecars = sum(sidecars, of(container));
    else largestInit = largest(largestInit, sum(sidecars, of(container)));
  }
  const running = (spec.containers ?? []).map(of).reduce(sum, sidecars);
  return largest(running, largestInit);
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
    const known = entryOf(merged, name);
    merged[name] = known === undefined ? quantity : merge(known, quantity);
  }
  return merged;
}
