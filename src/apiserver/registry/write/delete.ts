import type { Kind } from '../../../api/kind.ts';
import { type Draft, formatTime, type KubeObject, keyOf, type ObjectRef } from '../../../api/object.ts';
import { badRequest, conflict, notFound, staleObject } from '../../../api/status.ts';
import type { DeleteOptions } from '../../../client/client.ts';
import type { RequestContext } from '../../contract.ts';
import type { CachedEntry } from '../cache/cached-entry.ts';
import type { ResourceCache } from '../cache/resource-cache.ts';
import { encodeStored } from '../cache/stored-form.ts';
import { presentForWrite, storedForm } from '../conversion.ts';
import { copyJson, sameJson } from '../json.ts';
import { admissionRequest, admit, mutate, throwIfAborted, type WriteEnvironment } from './environment.ts';
import { RaceError } from './storage.ts';
import { isHeld } from './update.ts';

export interface Deletion {
  readonly entry: CachedEntry;
  readonly removed: boolean;
}

interface DeleteRequest {
  /** Whose rules hold. */
  readonly kind: Kind;
  readonly ref: ObjectRef;
  readonly options: DeleteOptions;
  readonly context: RequestContext;
  /** The chain has been asked about what the client sent (an eviction). */
  readonly admitted?: boolean;
}

const attempts = 20;

/** Removes an object, or marks it when finalizers or a grace period keep it. */
export async function deleteObject(
  env: WriteEnvironment,
  resource: ResourceCache,
  request: DeleteRequest,
): Promise<Deletion> {
  const { kind, ref, options, context } = request;
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(context);
    const old = resource.get(keyOf({ metadata: ref }));
    if (!old) throw notFound(kind, ref.name);
    const shown = await presentForWrite(kind, old);
    checkPreconditions(kind, options, shown);
    const admission = admissionRequest(context, {
      operation: 'DELETE',
      kind,
      subresource: '',
      ref,
      old: shown,
      options: sentOptions(options, context),
    });
    const plugins = request.admitted ? [] : env.admission;
    await mutate(plugins, admission, undefined);
    await admit(plugins, admission, undefined);
    try {
      return await deleteOnce(env, resource, { request, old, shown });
    } catch (error) {
      if (!(error instanceof RaceError)) throw error;
      if (attempt >= attempts) throw staleObject(kind, ref.name);
      await env.storage.settled();
    }
  }
}

/** DeleteOptions as reviews show them. */
function sentOptions(
  { gracePeriodSeconds, propagationPolicy, preconditions }: DeleteOptions,
  { options }: RequestContext,
): Readonly<Record<string, unknown>> {
  return {
    ...options,
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy && { propagationPolicy }),
    ...(preconditions && { preconditions }),
  };
}

async function deleteOnce(
  env: WriteEnvironment,
  resource: ResourceCache,
  { request, old, shown }: { request: DeleteRequest; old: CachedEntry; shown: KubeObject },
): Promise<Deletion> {
  const { kind, context, options } = request;
  const { dryRun } = context;
  const marked = markForDeletion(kind, shown, { options, nowMs: env.clock.now() });
  if (marked === 'remove') return { entry: dryRun ? old : await env.storage.delete(resource, old), removed: true };
  if (sameJson(marked, shown)) return { entry: old, removed: false };
  const object = await storedForm(kind, marked);
  if (dryRun) {
    const value = encodeStored(resource.kind, object);
    return { entry: resource.transient(old.key, value, old.revision), removed: false };
  }
  return { entry: await env.storage.update(resource, old, object), removed: false };
}

/**
 * What a deletion request makes of an object: the object with its marks, or `remove` when nothing holds it.
 * Finalizers and grace period each hold it; a second request may only shorten the grace period.
 */
function markForDeletion(
  kind: Kind,
  old: KubeObject,
  { options, nowMs }: { readonly options: DeleteOptions; readonly nowMs: number },
): KubeObject | 'remove' {
  const draft = copyJson(old) as Draft<KubeObject>;
  const { metadata } = draft;
  const graceful = markGrace(kind, old, { draft, options, nowMs });
  if (graceful === 'pending') return old;
  const finalizers = finalizersFor(kind, old, options);
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  else delete metadata.finalizers;
  const object = draft as KubeObject;
  if (graceful === 'marked' && (metadata.deletionGracePeriodSeconds ?? 0) > 0) return object;
  if (!isHeld(kind, object)) return 'remove';
  if (graceful === 'none') {
    if (metadata.deletionGracePeriodSeconds === undefined) bumpGeneration(draft);
    if (!metadata.deletionTimestamp || Date.parse(metadata.deletionTimestamp) > nowMs)
      metadata.deletionTimestamp = formatTime(nowMs);
    metadata.deletionGracePeriodSeconds = 0;
  }
  kind.prepareDelete?.(draft);
  return object;
}

function markGrace(
  kind: Kind,
  old: KubeObject,
  { draft, options, nowMs }: { draft: Draft<KubeObject>; options: DeleteOptions; nowMs: number },
): 'none' | 'marked' | 'pending' {
  const requested = options.gracePeriodSeconds;
  const seconds = kind.gracePeriodSeconds?.(old, requested);
  if (seconds === undefined) return 'none';
  const { deletionTimestamp, deletionGracePeriodSeconds: running } = old.metadata;
  const { metadata } = draft;
  if (deletionTimestamp) {
    if (running === undefined) return 'none';
    if (requested === undefined || requested >= running) return 'pending';
    const startMs = Date.parse(deletionTimestamp) - running * 1000;
    metadata.deletionTimestamp = formatTime(startMs + requested * 1000);
    metadata.deletionGracePeriodSeconds = requested;
    return 'marked';
  }
  metadata.deletionTimestamp = formatTime(nowMs + seconds * 1000);
  metadata.deletionGracePeriodSeconds = seconds;
  bumpGeneration(draft);
  return 'marked';
}

/** Controllers must not begin anything new for an object under deletion: it is a new intent. */
function bumpGeneration(draft: Draft<KubeObject>): void {
  if (draft.metadata.generation) draft.metadata.generation++;
}

const byPolicy = { Orphan: 'orphan', Foreground: 'foregroundDeletion' } as const;

/** The finalizers with those that the garbage collector looks for. */
function finalizersFor(kind: Kind, old: KubeObject, { propagationPolicy }: DeleteOptions): string[] {
  const present = old.metadata.finalizers ?? [];
  const others = present.filter((finalizer) => finalizer !== byPolicy.Orphan && finalizer !== byPolicy.Foreground);
  if (propagationPolicy === 'Background') return others;
  if (propagationPolicy) return [...others, byPolicy[propagationPolicy]];
  if (others.length < present.length) return [...present];
  return kind.defaultPropagation === 'Orphan' ? [...others, byPolicy.Orphan] : others;
}

function checkPreconditions(
  kind: Kind,
  { preconditions, gracePeriodSeconds }: DeleteOptions,
  object: KubeObject,
): void {
  if (gracePeriodSeconds !== undefined && !Number.isSafeInteger(gracePeriodSeconds))
    throw badRequest(`gracePeriodSeconds: Invalid value: ${gracePeriodSeconds}: must be a whole number`);
  if (!preconditions) return;
  const { uid, resourceVersion } = preconditions;
  const { metadata } = object;
  const subject = { group: kind.group, plural: kind.kind }; // upstream names the kind here, not the resource
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid})`;
    throw conflict(subject, metadata.name ?? '', `${why}. The object might have been deleted and then recreated`);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record`;
    throw conflict(
      subject,
      metadata.name ?? '',
      `${why} (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}
