import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import { badRequest, staleObject } from '../../api/status.ts';
import type { Patch } from '../../client/client.ts';
import type { RequestContext } from '../contract.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { writeContext } from '../http/write-context.ts';
import { readObject } from '../routes/decode.ts';
import { getObject, type ObjectRoutes, sendEntry, targetOf } from '../routes/objects.ts';
import { readPatch } from '../routes/patch-body.ts';
import type { ResourceHandler } from '../routes/router.ts';
import { patched } from './patched.ts';

/** Takes over into `draft` what this subresource may change of `wanted`. Throws ApiError for what it may not. */
export type TakeOver<T extends KubeObject> = (draft: Draft<T>, wanted: T, old: T) => void;

/**
 * A subresource that speaks the kind itself, of which it writes a part: PUT and PATCH give a whole object, and
 * `takeOver` says what of it counts.
 */
export function partHandler<T extends KubeObject>(routes: ObjectRoutes, takeOver: TakeOver<T>): ResourceHandler {
  return async (request, anyKind) => {
    const kind = anyKind as Kind<T>;
    if (request.info.verb === 'get') return getObject(routes, request, kind);
    const { context, wantedOf } = await readWanted(request, kind);
    const target = targetOf(request, kind);
    const change = (draft: Draft<T>, old: T) => {
      const wanted = wantedOf(old);
      const version = wanted.metadata.resourceVersion;
      if (version && version !== old.metadata.resourceVersion) throw staleObject(kind, target.name);
      takeOver(draft, wanted, old);
    };
    await sendEntry(routes, request, 200, await routes.registry.modify(kind, target, change, context));
  };
}

async function readWanted<T extends KubeObject>(
  request: ApiRequest,
  kind: Kind<T>,
): Promise<{ readonly context: RequestContext; readonly wantedOf: (old: T) => T }> {
  if (request.info.verb === 'patch') {
    const context = writeContext(request, 'PatchOptions');
    const patch: Patch = await readPatch(request);
    return { context, wantedOf: (old) => patched(kind, old, patch, context) as unknown as T };
  }
  const context = writeContext(request, 'UpdateOptions');
  const wanted = await readObject(request, kind, context);
  if (wanted.metadata?.name !== request.info.name)
    throw badRequest(
      `the name of the object (${wanted.metadata?.name ?? ''}) does not match the name on the URL (${request.info.name})`,
    );
  return { context, wantedOf: () => wanted as unknown as T };
}
