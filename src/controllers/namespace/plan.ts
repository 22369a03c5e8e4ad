import type { NamespaceCondition } from '../../api/schema/generated/types/core-v1.ts';
import { setCondition } from '../shared/status.ts';

/** What one pass over a namespace's content met. */
export interface ContentReport {
  /** Objects left, by `plural.group`. */
  readonly remaining: ReadonlyMap<string, number>;
  /** How many of those left wait for each finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** Kinds whose objects could not be listed or deleted, worded for people. */
  readonly failures: readonly string[];
  /** Kinds of which it is not known what is there. */
  readonly discoveryFailures: readonly string[];
}

/** Both together. */
export function merged(a: ContentReport, b: ContentReport): ContentReport {
  const finalizers = new Map(a.finalizers);
  for (const [name, count] of b.finalizers) finalizers.set(name, (finalizers.get(name) ?? 0) + count);
  return {
    remaining: new Map([...a.remaining, ...b.remaining]),
    finalizers,
    failures: [...a.failures, ...b.failures],
    discoveryFailures: [...a.discoveryFailures, ...b.discoveryFailures],
  };
}

interface Finding {
  readonly type: string;
  readonly bad: { readonly reason: string; readonly message: string } | undefined;
  readonly good: { readonly reason: string; readonly message: string };
}

/** The conditions that say why a namespace is not gone yet, as upstream words them. */
export function deletionConditions(
  old: readonly NamespaceCondition[] | undefined,
  report: ContentReport,
  nowMs: number,
): readonly NamespaceCondition[] {
  const remaining = listed(report.remaining, (name, count) => `${name} has ${count} resource instances`);
  const finalizers = listed(report.finalizers, (name, count) => `${name} in ${count} resource instances`);
  const findings: readonly Finding[] = [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      bad:
        report.discoveryFailures.length > 0
          ? {
              reason: 'DiscoveryFailed',
              message: `Discovery failed for some groups, ${report.discoveryFailures.length} failing: ${report.discoveryFailures.join(', ')}`,
            }
          : undefined,
      good: { reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      bad: undefined,
      good: { reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
    },
    {
      type: 'NamespaceDeletionContentFailure',
      bad:
        report.failures.length > 0
          ? {
              reason: 'ContentDeletionFailed',
              message: `Failed to delete all resource types, ${report.failures.length} remaining: ${report.failures.join(', ')}`,
            }
          : undefined,
      good: { reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' },
    },
    {
      type: 'NamespaceContentRemaining',
      bad:
        remaining === undefined
          ? undefined
          : { reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${remaining}` },
      good: { reason: 'ContentRemoved', message: 'All content successfully removed' },
    },
    {
      type: 'NamespaceFinalizersRemaining',
      bad:
        finalizers === undefined
          ? undefined
          : {
              reason: 'SomeFinalizersRemain',
              message: `Some content in the namespace has finalizers remaining: ${finalizers}`,
            },
      good: { reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
    },
  ];
  return findings.reduce<readonly NamespaceCondition[]>((conditions, { type, bad, good }) => {
    const status = bad ? 'True' : 'False';
    return setCondition(conditions, { type, status, ...(bad ?? good) }, nowMs);
  }, old ?? []);
}

function listed(
  counts: ReadonlyMap<string, number>,
  text: (name: string, count: number) => string,
): string | undefined {
  if (counts.size === 0) return undefined;
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => text(name, count))
    .join(', ');
}
