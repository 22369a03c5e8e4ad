import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import { decodeObject } from '../../api/schema/decode-object.ts';
import type { AdmissionRequest } from '../contract.ts';
import { convertObject } from '../registry/conversion.ts';
import { sameJson } from '../registry/json.ts';
import { fillDefaults } from '../registry/write/defaults.ts';

/** What a patch of somebody outside made of an object, checked and defaulted like a request's body. Throws ApiError `BadRequest`. */
export function decodePatched(kind: Kind, value: unknown): Draft<KubeObject> {
  const draft = decodeObject(kind, JSON.stringify(value), { fieldValidation: 'Ignore', warn: () => undefined });
  fillDefaults(kind, draft);
  return draft;
}

/**
 * Puts what was made by somebody who saw it as `kind` into the draft of a request, which others know by its identity.
 * Returns whether that changed anything.
 */
export async function takeOver(
  request: AdmissionRequest,
  kind: Kind,
  { object, patched }: { readonly object: Draft<KubeObject>; readonly patched: Draft<KubeObject> },
): Promise<boolean> {
  const wanted = request.body ? patched : await convertObject(kind, request.kind, patched as KubeObject);
  if (sameJson(wanted, object)) return false;
  const fields = object as unknown as Record<string, unknown>;
  for (const name of Object.keys(fields)) delete fields[name];
  Object.assign(fields, wanted);
  return true;
}
