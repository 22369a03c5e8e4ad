import { quotaUsage } from '../../../api/core/quota-usage.ts';
import type { Pod } from '../../../api/schema/generated/types/core-v1.ts';

/** A quota on one of these makes every container say how much it wants. */
const stated = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']);

/** `must specify limits.cpu for: a,b; memory for: c`, when containers leave out what a quota limits. */
export function missingAmounts(hard: readonly string[], pod: Pod): string | undefined {
  const required = hard.filter((name) => stated.has(name));
  if (required.length === 0 || !pod.spec) return undefined;
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])];
  if (pod.spec.resources?.requests || pod.spec.resources?.limits) {
    const whole = quotaUsage({ group: '', plural: 'pods' }, pod);
    if (required.every((name) => whole.has(name))) return undefined;
  }
  const faults = required.sort().flatMap((name) => {
    const [list, resource = list] = name.includes('.') ? name.split('.') : ['requests', name];
    const without = containers.filter(({ resources }) => {
      const amounts = list === 'limits' ? resources?.limits : resources?.requests;
      return amounts?.[resource ?? ''] === undefined;
    });
    return without.length > 0 ? [`${name} for: ${[...new Set(without.map((one) => one.name))].sort().join(',')}`] : [];
  });
  return faults.length > 0 ? `must specify ${faults.join('; ')}` : undefined;
}
