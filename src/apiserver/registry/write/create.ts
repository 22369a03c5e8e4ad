import type { Kind } from '../../../api/kind.ts';
import { type Draft, formatTime, type KubeObject, keyOf } from '../../../api/object.ts';
import { ApiError, alreadyExists, badRequest, invalid } from '../../../api/status.ts';
import { validateObjectMeta } from '../../../api/validation/object-meta.ts';
import type { RequestContext, WriteTarget } from '../../contract.ts';
import type { CachedEntry } from '../cache/cached-entry.ts';
import type { ResourceCache } from '../cache/resource-cache.ts';
import { encodeStored } from '../cache/stored-form.ts';
import { storedForm } from '../conversion.ts';
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
import { trackFields } from './managed-fields.ts';
import { dropStatus, matchAddress } from './metadata.ts';
import { RaceError } from './storage.ts';

/** How often a generated name that is taken is replaced by another. */
const nameAttempts = 8;

/** Creates an object; `draft` is given away. */
export async function createObject(
  env: WriteEnvironment,
  resource: ResourceCache,
  request: {
    /** Whose rules hold. */
    readonly kind: Kind;
    readonly target: WriteTarget;
    readonly draft: Draft<KubeObject>;
    readonly context: RequestContext;
    /** The draft has its managedFields (server-side apply). */
    readonly ownsFields?: boolean;
  },
): Promise<CachedEntry> {
  const { kind, target, draft, context } = request;
  if (kind.refusesCreate) throw new ApiError('MethodNotAllowed', kind.refusesCreate);
  matchAddress(kind, target, draft);
  const { metadata } = draft;
  if (metadata.resourceVersion && metadata.resourceVersion !== '0')
    throw badRequest('resourceVersion should not be set on objects to be created');
  const generated = !metadata.name && Boolean(metadata.generateName);
  if (generated) metadata.name = generateName(env, metadata.generateName ?? '');
  startLife(env, kind, draft);
  fillDefaults(kind, draft);
  if (!request.ownsFields)
    trackFields(kind, { draft, old: undefined }, { context, subresource: '', nowMs: env.clock.now() });
  const admission = admissionRequest(context, {
    operation: 'CREATE',
    kind,
    subresource: '',
    ref: { ...(metadata.namespace && { namespace: metadata.namespace }), name: metadata.name ?? '' },
  });
  await mutate(env.admission, admission, draft);
  kind.prepareCreate?.(draft);
  await allocate(env.admission, admission, draft);
  for (let attempt = 1; ; attempt++) {
    const object = draft as KubeObject;
    check(kind, object);
    if (kind.warnings) for (const text of kind.warnings(object, undefined)) context.warn(text);
    try {
      await admit(env.admission, admission, object);
      throwIfAborted(context);
      return await store(env, resource, { object: await storedForm(kind, object), context });
    } catch (error) {
      if (!(error instanceof RaceError)) throw error;
      if (!generated || attempt >= nameAttempts) throw alreadyExists(kind, object.metadata.name ?? '');
      metadata.name = generateName(env, metadata.generateName ?? '');
    } finally {
      settle(env.admission, admission);
    }
  }
}

async function store(
  env: WriteEnvironment,
  resource: ResourceCache,
  { object, context }: { object: KubeObject; context: RequestContext },
): Promise<CachedEntry> {
  const key = keyOf(object);
  if (!context.dryRun) return env.storage.create(resource, key, object);
  if (resource.get(key)) throw alreadyExists(resource.kind, object.metadata.name ?? '');
  return resource.transient(key, encodeStored(resource.kind, object), undefined);
}

function startLife(env: WriteEnvironment, kind: Kind, draft: Draft<KubeObject>): void {
  const { metadata } = draft;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.selfLink;
  delete metadata.resourceVersion;
  delete metadata.generation;
  if (kind.generation) metadata.generation = 1;
  metadata.uid = env.newUid();
  metadata.creationTimestamp = formatTime(env.clock.now());
  if (kind.subresources['status'] && !kind.createsWithStatus) dropStatus(draft);
}

function check(kind: Kind, object: KubeObject): void {
  const rules = {
    namespaced: kind.scope === 'Namespaced',
    ...(kind.validateName && { nameCheck: kind.validateName.bind(kind) }),
  };
  const faults = kind.validateCreate ? kind.validateCreate(object) : kind.validate?.(object);
  const errors = [...validateObjectMeta(object.metadata, rules), ...(faults ?? [])];
  if (errors.length > 0) throw invalid(kind, object.metadata.name ?? '', errors);
}

/** Upstream's limit: a name has 63 characters, five of them random. */
function generateName(env: WriteEnvironment, base: string): string {
  return base.slice(0, 58) + env.newNameSuffix();
}
