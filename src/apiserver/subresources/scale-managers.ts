import { childOf, type FieldTree, isEmpty, leaf, subtractSets } from '../../api/apply/field-set.ts';
import type { ManagedFieldsEntry } from '../../api/schema/generated/types/meta-v1.ts';

/**
 * Who owns the replicas of a Scale is who owns the field behind it, so applies to `…/scale` and to the object itself
 * see each other (KEP-2785). These translate managedFields there and back.
 */
const scaleVersion = 'autoscaling/v1';
const replicasInScale: FieldTree = { 'f:spec': { 'f:replicas': leaf } };

type Entries = readonly ManagedFieldsEntry[];

/** `.spec.replicas` as a set of one field. */
export function fieldOf(path: string): FieldTree {
  const steps = path.split('.').filter((step) => step !== '');
  return steps.reduceRight<FieldTree>((inner, step) => ({ [`f:${step}`]: inner }), leaf);
}

/** The owners of the object's `field`, as owners of the Scale's replicas. */
export function managersOfScale(entries: Entries | undefined, field: FieldTree): Entries {
  return (entries ?? [])
    .filter(({ fieldsV1 }) => has(fieldsV1 as FieldTree | undefined, field))
    .map((entry) => ({ ...entry, apiVersion: scaleVersion, fieldsV1: replicasInScale }));
}

/** The object's owners after its Scale was applied: `field` belongs to whom the Scale's replicas belong. */
export function managersOfParent(
  entries: Entries | undefined,
  scale: Entries | undefined,
  { field, apiVersion }: { readonly field: FieldTree; readonly apiVersion: string },
): Entries {
  const owners = (scale ?? []).filter(({ fieldsV1 }) => has(fieldsV1 as FieldTree | undefined, replicasInScale));
  const kept = (entries ?? []).flatMap((entry) => {
    const fields = entry.fieldsV1 as FieldTree | undefined;
    if (!fields || !has(fields, field)) return [entry];
    if (owners.some((owner) => isSame(owner, entry))) return [entry];
    const fieldsV1 = subtractSets(fields, field);
    return isEmpty(fieldsV1) ? [] : [{ ...entry, fieldsV1 }];
  });
  const added = owners
    .filter((owner) => !kept.some((entry) => isSame(owner, entry)))
    .map((owner) => ({ ...owner, apiVersion, fieldsV1: field }));
  return [...kept, ...added];
}

function isSame(a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean {
  return a.manager === b.manager && a.operation === b.operation && (a.subresource ?? '') === (b.subresource ?? '');
}

function has(set: FieldTree | undefined, field: FieldTree): boolean {
  if (!set) return false;
  for (const element in field) {
    const child = childOf(set, element);
    if (!child || !has(child, field[element] ?? leaf)) return false;
  }
  return true;
}
