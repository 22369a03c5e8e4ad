import type { Kind } from '../../../api/kind.ts';
import type { Draft, KubeObject } from '../../../api/object.ts';
import { jsonPatch, mergePatch, strategicMergePatch } from '../../../api/patch/index.ts';
import { checkBody } from '../../../api/schema/decode.ts';
import { DecodeError, decodeFailure, strictFailure } from '../../../api/schema/decode-errors.ts';
import { ApiError } from '../../../api/status.ts';
import type { Patch } from '../../../client/client.ts';
import type { RequestContext } from '../../contract.ts';
import { copyJson } from '../json.ts';
import { strictResult, unreadableResult } from './patch-errors.ts';

type PlainPatch = Exclude<Patch, { type: 'apply' }>;

/** Every patch but apply: from the present object to the wanted one. Errors: BadRequest, Invalid, RequestEntityTooLarge. */
export function patchObject(
  kind: Kind,
  old: KubeObject,
  {
    patch,
    context,
    subresource = '',
  }: { readonly patch: PlainPatch; readonly context: RequestContext; readonly subresource?: string | undefined },
): Draft<KubeObject> {
  const result = patched(kind, old, patch);
  const written = subresource === 'status' ? withoutUntouched(result, old) : result;
  const managedFields = untouchedFields(written, old);
  // The result shares with `old` and with the patch what did not change; the copy is ours.
  const draft = copyJson(managedFields ? withoutFields(written as KubeObject) : written) as Draft<KubeObject>;
  const whole = () => {
    if (managedFields) draft.metadata = Object.assign(draft.metadata ?? {}, { managedFields });
    return draft;
  };
  const refused = {
    unreadable: (error: DecodeError) => unreadableResult(patch, whole(), error),
    strict: (problems: readonly string[]) => strictResult(patch, whole(), problems),
  };
  checkDecoded(kind, draft, context, refused);
  return whole();
}

/**
 * Whoever writes the status writes nothing else: other fields that the patch left alone are taken from the stored object
 * later, and need no copy, check and defaults here.
 */
function withoutUntouched(result: unknown, old: KubeObject): unknown {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return result;
  const stored = old as unknown as Record<string, unknown>;
  const kept = Object.entries(result).filter(
    ([name, value]) => name === 'metadata' || name === 'status' || typeof value !== 'object' || value !== stored[name],
  );
  return Object.fromEntries(kept);
}

/** managedFields that the patch left alone: they stay the same value, by which field tracking knows them, and are not checked again. */
function untouchedFields(result: unknown, { metadata: { managedFields } }: KubeObject) {
  return (result as Partial<KubeObject> | null)?.metadata?.managedFields === managedFields ? managedFields : undefined;
}

function withoutFields({ metadata: { managedFields: _, ...metadata }, ...rest }: KubeObject) {
  return { ...rest, metadata };
}

function patched(kind: Kind, old: KubeObject, patch: PlainPatch): unknown {
  switch (patch.type) {
    case 'json':
      return jsonPatch(old, patch.operations);
    case 'merge':
      return mergePatch(old, patch.body);
    case 'strategic':
      if (kind.schema().name === undefined)
        throw new ApiError(
          'UnsupportedMediaType',
          'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
        );
      return strategicMergePatch(kind.schema(), old as unknown as Record<string, unknown>, patch.body);
  }
}

/** How what cannot be decoded is answered. */
interface Refusals {
  unreadable(error: DecodeError): ApiError;
  strict(problems: readonly string[]): ApiError;
}

/** What decoding does to bodies: types, unknown fields, canonical scalars. Errors: BadRequest, or those of `refused`. */
export function checkDecoded(kind: Kind, draft: unknown, context: RequestContext, refused?: Refusals): void {
  const schema = kind.schema();
  try {
    const unknown = checkBody(schema, draft, { custom: schema.name === undefined });
    if (unknown.length === 0 || context.fieldValidation === 'Ignore') return;
    if (context.fieldValidation === 'Strict') throw refused?.strict(unknown) ?? strictFailure(kind, unknown);
    for (const problem of unknown) context.warn(problem);
  } catch (error) {
    if (error instanceof DecodeError) throw refused?.unreadable(error) ?? decodeFailure(kind, error.message);
    throw error;
  }
}
