import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import { jsonPatch, mergePatch, strategicMergePatch } from '../../api/patch/index.ts';
import { decodeObject } from '../../api/schema/decode-object.ts';
import { ApiError, badRequest } from '../../api/status.ts';
import type { Patch } from '../../client/client.ts';
import type { RequestContext } from '../contract.ts';
import { isRecord } from '../routes/decode.ts';

/**
 * What an object is after a patch, checked against its schema. For subresources whose handler picks what it takes over.
 * Server-side apply is not done this way and is refused by name.
 */
export function patched(kind: Kind, current: KubeObject, patch: Patch, context: RequestContext): Draft<KubeObject> {
  const result = applied(kind, current as unknown as Readonly<Record<string, unknown>>, patch);
  if (!isRecord(result)) throw badRequest(`the patch must leave a ${kind.kind}`);
  return decodeObject(kind, JSON.stringify(result), context);
}

function applied(kind: Kind, current: Readonly<Record<string, unknown>>, patch: Patch): unknown {
  switch (patch.type) {
    case 'json':
      return jsonPatch(current, patch.operations);
    case 'merge':
      return mergePatch(current, patch.body);
    case 'strategic':
      return strategicMergePatch(kind.schema(), current, patch.body);
    case 'apply':
      throw new ApiError('UnsupportedMediaType', `this subresource of ${kind.kind} does not support server-side apply`);
  }
}
