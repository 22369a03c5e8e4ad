import { compareQuantities } from '../quantity/quantity.ts';
import type { Container, Pod, ResourceRequirements } from '../schema/generated/types/core-v1.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const measured = ['cpu', 'memory'] as const;

/**
 * Guaranteed: all containers have CPU and memory limits, and requests as high. BestEffort: nobody asks for anything.
 * Resources of the pod as a whole count instead of its containers', where there are any (KEP-2837).
 */
export function qosClassOf({ spec }: Pick<Pod, 'spec'>): QosClass {
  if (spec?.resources?.requests || spec?.resources?.limits) return qosClassOfAll([spec.resources]);
  const containers: readonly Container[] = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  return qosClassOfAll(containers.map(({ resources = {} }) => resources));
}

function qosClassOfAll(all: readonly ResourceRequirements[]): QosClass {
  const asksForNothing = all.every(({ requests, limits }) =>
    measured.every((name) => !isPositive(requests?.[name]) && !isPositive(limits?.[name])),
  );
  if (asksForNothing) return 'BestEffort';
  return all.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

function isGuaranteed({ requests, limits }: ResourceRequirements): boolean {
  return measured.every((name) => {
    const limit = limits?.[name];
    const request = requests?.[name] ?? limit;
    return limit !== undefined && request !== undefined && isPositive(limit) && compareQuantities(request, limit) === 0;
  });
}

function isPositive(quantity: string | undefined): boolean {
  return quantity !== undefined && compareQuantities(quantity, '0') > 0;
}
