import type { Kind } from '../../../api/kind.ts';
import { type Draft, type KubeObject, keyOf } from '../../../api/object.ts';
import { isApiError } from '../../../api/status.ts';
import type { Patch } from '../../../client/client.ts';
import type { RequestContext, WriteTarget } from '../../contract.ts';
import type { CachedEntry } from '../cache/cached-entry.ts';
import type { ResourceCache } from '../cache/resource-cache.ts';
import { ruledObject, rulingKind, unruledObject } from '../served-kind.ts';
import { createObject } from './create.ts';
import type { WriteEnvironment } from './environment.ts';
import { applyFields } from './managed-fields.ts';
import { updateObject } from './update.ts';

export interface ApplyRequest {
  /** The version that was asked for. */
  readonly kind: Kind;
  readonly target: WriteTarget;
  readonly patch: Extract<Patch, { type: 'apply' }>;
  readonly context: RequestContext;
}

/** Server-side apply: changes the object, or makes it where there is none. */
export async function applyObject(
  env: WriteEnvironment,
  resource: ResourceCache,
  { kind, target, patch, context }: ApplyRequest,
): Promise<{ readonly entry: CachedEntry; readonly created: boolean }> {
  const versions = env.managedVersions(kind);
  const change = async (stored: KubeObject | undefined) => {
    const writer = { context, subresource: target.subresource ?? '', nowMs: env.clock.now(), versions };
    const old = stored && unruledObject(kind, stored);
    return ruledObject(kind, (await applyFields(kind, { old, patch }, writer)) as KubeObject) as Draft<KubeObject>;
  };
  const request = { kind: rulingKind(kind), target, context, ownsFields: true };
  for (;;) {
    if (resource.get(keyOf({ metadata: target })) || target.subresource) {
      try {
        return { entry: await updateObject(env, resource, { ...request, change }), created: false };
      } catch (error) {
        if (target.subresource || !isApiError(error, 'NotFound')) throw error; // gone meanwhile: create it
      }
    }
    try {
      const draft = await change(undefined);
      return { entry: await createObject(env, resource, { ...request, draft }), created: true };
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error; // created meanwhile: apply to it
      await env.storage.settled();
    }
  }
}
