import type { Kind } from '../../../api/kind.ts';
import type { Draft, KubeObject, ObjectRef } from '../../../api/object.ts';
import { badRequest } from '../../../api/status.ts';

/** Checks that the address and the object agree, and completes the object from the address. Throws BadRequest. */
export function matchAddress(kind: Kind, ref: ObjectRef, draft: Draft<KubeObject>): void {
  if (draft.kind !== undefined && draft.kind !== kind.kind)
    throw badRequest(`${draft.kind} in version "${draft.apiVersion}" cannot be handled as a ${kind.kind}`);
  draft.kind = kind.kind;
  draft.apiVersion = kind.apiVersion;
  draft.metadata ??= {};
  const { metadata } = draft;
  if (kind.scope === 'Cluster') {
    if (metadata.namespace === '') delete metadata.namespace;
  } else if (!ref.namespace)
    throw badRequest(`the namespace of the provided object does not match: ${kind.plural} need a namespace`);
  else if (!metadata.namespace) metadata.namespace = ref.namespace;
  else if (metadata.namespace !== ref.namespace)
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  if (ref.name === '') return;
  if (!metadata.name) metadata.name = ref.name;
  else if (metadata.name !== ref.name)
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${ref.name})`);
}

const kept = [
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'selfLink',
] as const;

/** What no client may change: taken from the stored object. */
export function keepSystemFields(draft: Draft<KubeObject>, old: KubeObject): void {
  const metadata = draft.metadata as Record<string, unknown>;
  for (const field of kept) {
    if (old.metadata[field] === undefined) delete metadata[field];
    else metadata[field] = old.metadata[field];
  }
}

type Fields = Record<string, unknown>;

/**
 * Takes over every field of the stored object but these and metadata: what a write of a subresource must leave alone. They
 * are the stored object's own from then on, which nobody may change and which compare at once.
 */
export function keepAllBut(draft: Draft<KubeObject>, old: KubeObject, ...changed: readonly string[]): void {
  const fields = draft as unknown as Fields;
  const stored = old as unknown as Fields;
  for (const name of Object.keys(fields))
    if (name !== 'metadata' && !changed.includes(name) && stored[name] === undefined) delete fields[name];
  for (const name of Object.keys(stored))
    if (name !== 'metadata' && !changed.includes(name)) fields[name] = stored[name];
}

/** Status is written through its subresource only: it is the stored object's own, which nobody may change. */
export function keepStatus(draft: Draft<KubeObject>, old: KubeObject): void {
  const fields = draft as unknown as Fields;
  const { status } = old as unknown as Fields;
  if (status === undefined) delete fields['status'];
  else fields['status'] = status;
}

export function dropStatus(draft: Draft<KubeObject>): void {
  delete (draft as unknown as Fields)['status'];
}

/** The top-level fields whose change makes a new generation. */
export function describesIntent(field: string): boolean {
  return field !== 'metadata' && field !== 'status' && field !== 'kind' && field !== 'apiVersion';
}
