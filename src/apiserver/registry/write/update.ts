import type { Kind } from '../../../api/kind.ts';
import { type Draft, type KubeObject, keyOf } from '../../../api/object.ts';
import { ApiError, conflict, invalid, notFound, staleObject } from '../../../api/status.ts';
import { invalidValue } from '../../../api/validation/field-error.ts';
import { validateObjectMetaUpdate } from '../../../api/validation/object-meta.ts';
import type { RequestContext, WriteTarget } from '../../contract.ts';
import type { CachedEntry } from '../cache/cached-entry.ts';
import type { ResourceCache } from '../cache/resource-cache.ts';
import { encodeStored } from '../cache/stored-form.ts';
import { presentForWrite, storedForm } from '../conversion.ts';
import { sameJson } from '../json.ts';
import { fillDefaults } from './defaults.ts';
import {
  admissionRequest,
  admit,
  allocate,
  mutate,
  settle,
  throwIfAborted,
  type WriteEnvironment,
} from './environment.ts';
import { changesInOtherVersions, trackFields } from './managed-fields.ts';
import { describesIntent, keepAllBut, keepStatus, keepSystemFields, matchAddress } from './metadata.ts';
import { RaceError } from './storage.ts';

export interface UpdateRequest {
  /** Whose rules hold. */
  readonly kind: Kind;
  readonly target: WriteTarget;
  readonly context: RequestContext;
  /** Makes the wanted object from the stored one: a new value that may be changed. Called again when a race was lost. */
  change(old: KubeObject): Draft<KubeObject> | Promise<Draft<KubeObject>>;
  /** The caller named the revision it knows: a lost race is its to solve. */
  readonly pinned?: boolean;
  /** A handler of a subresource changes exactly what it may: no rule takes its changes back. */
  readonly trusted?: boolean;
  /** The change itself keeps managedFields (server-side apply). */
  readonly ownsFields?: boolean;
  /** The chain has been asked about what the client sent, which is not this object. */
  readonly admitted?: boolean;
}

const attempts = 20;

/** Read, change, check, write; again when somebody else was faster. */
export async function updateObject(
  env: WriteEnvironment,
  resource: ResourceCache,
  request: UpdateRequest,
): Promise<CachedEntry> {
  const { target, context } = request;
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(context);
    const old = resource.get(keyOf({ metadata: target }));
    if (!old) throw notFound(resource.kind, target.name);
    try {
      return await updateOnce(env, resource, { request, old });
    } catch (error) {
      if (!(error instanceof RaceError)) throw error;
      if (request.pinned || attempt >= attempts) throw staleObject(resource.kind, target.name);
      await env.storage.settled();
    }
  }
}

async function updateOnce(
  env: WriteEnvironment,
  resource: ResourceCache,
  { request, old }: { request: UpdateRequest; old: CachedEntry },
): Promise<CachedEntry> {
  const { kind, target, context } = request;
  const stored = await presentForWrite(kind, old);
  const draft = await request.change(stored);
  matchAddress(kind, target, draft);
  checkIdentity(resource, draft, old);
  const subresource = target.subresource ?? '';
  fillDefaults(kind, draft);
  keepSystemFields(draft, stored);
  if (!request.trusted) keepWhatIsNotWritten(kind, subresource, { draft, old: stored });
  if (!request.ownsFields) {
    const writer = { context, subresource, nowMs: env.clock.now() };
    const versions = env.managedVersions(kind);
    const others =
      versions.length > 1
        ? await changesInOtherVersions(kind, { draft, old: stored, subresource }, { versions })
        : undefined;
    trackFields(kind, { draft, old: stored }, writer, others);
  }
  const { subresource: _, ...ref } = target;
  const admission = admissionRequest(context, { operation: 'UPDATE', kind, subresource, ref, old: stored });
  const plugins = request.admitted ? [] : env.admission;
  await mutate(plugins, admission, draft);
  keepSystemFields(draft, stored);
  prepare(kind, subresource, { draft, old: stored, trusted: request.trusted === true });
  await allocate(plugins, admission, draft);
  if (kind.generation) countGeneration(kind, draft, stored);
  const object = draft as KubeObject;
  check(kind, subresource, { object, old: stored, trusted: request.trusted === true });
  if (kind.warnings && subresource === '') for (const text of kind.warnings(object, stored)) context.warn(text);
  try {
    await admit(plugins, admission, object);
    throwIfAborted(context);
    return await store(env, resource, { object: await storedForm(kind, object), old, context });
  } finally {
    settle(plugins, admission);
  }
}

async function store(
  env: WriteEnvironment,
  resource: ResourceCache,
  { object, old, context }: { object: KubeObject; old: CachedEntry; context: RequestContext },
): Promise<CachedEntry> {
  const { kind } = resource;
  const stored = old.object;
  if (isReleased(kind, object, stored)) {
    if (context.dryRun) return resource.transient(old.key, encodeStored(kind, object), old.revision);
    await env.storage.delete(resource, old);
    return resource.transient(old.key, encodeStored(kind, object), old.revision);
  }
  if (!old.isRewritten && sameJson(object, stored)) return old;
  if (context.dryRun) return resource.transient(old.key, encodeStored(kind, object), old.revision);
  return env.storage.update(resource, old, object);
}

function checkIdentity(resource: ResourceCache, draft: Draft<KubeObject>, old: CachedEntry): void {
  const { metadata } = draft;
  const name = old.object.metadata.name ?? '';
  const { uid, resourceVersion } = old.object.metadata;
  if (metadata.uid && metadata.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${uid}`;
    const where = `StorageError: invalid object, Code: 4, Key: ${resource.prefix}${old.key}, ResourceVersion: 0`;
    throw conflict(resource.kind, name, `${where}, AdditionalErrorMsg: ${why}`);
  }
  if (uid) metadata.uid = uid;
  const known = metadata.resourceVersion === '0' ? undefined : metadata.resourceVersion;
  if (known && known !== resourceVersion) throw staleObject(resource.kind, name);
  if (!known && resource.kind.conditionalUpdate)
    throw invalid({ group: resource.kind.group, kind: resource.kind.plural }, name, [
      invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
    ]);
  if (resourceVersion) metadata.resourceVersion = resourceVersion;
}

type Pair = { readonly draft: Draft<KubeObject>; readonly old: KubeObject };

function keepWhatIsNotWritten(kind: Kind, subresource: string, { draft, old }: Pair): void {
  if (subresource === 'status') keepAllBut(draft, old, 'status');
  else if (subresource === '' && kind.subresources['status']) keepStatus(draft, old);
  else if (subresource !== '' && !kind.subresources[subresource]?.prepareUpdate)
    throw new ApiError('MethodNotAllowed', `the server does not allow this method on ${kind.plural}/${subresource}`);
}

function prepare(kind: Kind, subresource: string, { draft, old, trusted }: Pair & { readonly trusted: boolean }): void {
  if (subresource !== '') kind.subresources[subresource]?.prepareUpdate?.(draft, old);
  else if (!trusted) kind.prepareUpdate?.(draft, old);
}

function countGeneration(kind: Kind, draft: Draft<KubeObject>, old: KubeObject): void {
  const fields = draft as unknown as Record<string, unknown>;
  const stored = old as unknown as Record<string, unknown>;
  const names = new Set([...Object.keys(fields), ...Object.keys(stored)]);
  // Without a subresource for it, status is content like any other (custom resources).
  const isIntent = (name: string) => describesIntent(name) || (name === 'status' && !kind.subresources['status']);
  const changed = [...names].some((name) => isIntent(name) && !sameJson(fields[name], stored[name]));
  if (changed) draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

function check(
  kind: Kind,
  subresource: string,
  { object, old, trusted }: { readonly object: KubeObject; readonly old: KubeObject; readonly trusted: boolean },
): void {
  const errors = validateObjectMetaUpdate(object.metadata, old.metadata);
  if (subresource === '') {
    errors.push(...(kind.validate?.(object) ?? []));
    if (!trusted) errors.push(...(kind.validateUpdate?.(object, old) ?? []));
  } else errors.push(...(kind.subresources[subresource]?.validateUpdate?.(object, old) ?? []));
  if (errors.length > 0) throw invalid(kind, object.metadata.name ?? '', errors);
}

/** The last finalizer of an object under deletion is gone, and no grace period runs. */
function isReleased(kind: Kind, object: KubeObject, old: KubeObject): boolean {
  if (!old.metadata.deletionTimestamp || (old.metadata.deletionGracePeriodSeconds ?? 0) > 0) return false;
  return !isHeld(kind, object);
}

/** Whether something else has to happen before the object may go. */
export function isHeld(kind: Kind, object: KubeObject): boolean {
  return (object.metadata.finalizers ?? []).length > 0 || (kind.holds?.(object) ?? false);
}
