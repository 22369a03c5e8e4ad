import { entryOf } from '../../../entry-of.ts';
import { jsonEqual } from '../../../patch/record.ts';
import type { NodeSelectorTerm, PodSpec } from '../../../schema/generated/types/core-v1.ts';
import type { Errors } from '../../common.ts';
import { invalidValue } from '../../field-error.ts';

/** A pod that waits for its gates may be narrowed to fewer nodes (KEP-3838), never widened. */
export function validateNarrowing(spec: PodSpec, old: PodSpec): Errors {
  const errors: Errors = [];
  const { nodeSelector = {} } = spec;
  const before = old.nodeSelector ?? {};
  if (Object.keys(before).some((key) => entryOf(nodeSelector, key) !== before[key]))
    errors.push(
      invalidValue(
        'spec.nodeSelector',
        nodeSelector,
        'only additions to spec.nodeSelector are allowed (no mutations or deletions)',
      ),
    );
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const oldTerms = old.affinity?.nodeAffinity?.[required]?.nodeSelectorTerms ?? [];
  const terms = spec.affinity?.nodeAffinity?.[required]?.nodeSelectorTerms ?? [];
  const path = `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`;
  if (oldTerms.length === 0) return errors;
  if (oldTerms.length !== terms.length)
    return [
      ...errors,
      invalidValue(path, terms, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed'),
    ];
  for (const [at, term] of terms.entries())
    if (!hasOnlyAdditions(term, oldTerms[at] ?? {}))
      errors.push(invalidValue(`${path}[${at}]`, term, 'only additions are allowed (no mutations or deletions)'));
  return errors;
}

/** An empty term matches nothing: what it gains would let nodes in. */
function hasOnlyAdditions(now: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const lists = ['matchExpressions', 'matchFields'] as const;
  if (lists.every((name) => (old[name] ?? []).length === 0))
    return lists.every((name) => (now[name] ?? []).length === 0);
  return lists.every((name) => (old[name] ?? []).every((one) => now[name]?.some((other) => jsonEqual(one, other))));
}
