import {
  type ApplyRequest,
  applyPatch,
  changesIn,
  checkDeclared,
  type FieldTree,
  type OtherVersions,
  otherVersionsOf,
  planApply,
  resetFieldsOf,
  trackUpdate,
} from '../../../api/apply/index.ts';
import type { Kind } from '../../../api/kind.ts';
import type { Draft, KubeObject } from '../../../api/object.ts';
import { isJson } from '../../../api/patch/record.ts';
import { checkType } from '../../../api/schema/decode-object.ts';
import { conflict } from '../../../api/status.ts';
import type { Patch } from '../../../client/client.ts';
import type { RequestContext } from '../../contract.ts';
import { convertObjects } from '../conversion.ts';
import { copyJson } from '../json.ts';
import { checkDecoded } from './patch.ts';

export interface FieldWriter {
  readonly context: RequestContext;
  readonly subresource: string;
  readonly nowMs: number;
  /** The versions in which others may manage fields under other names (`WriteEnvironment.managedVersions`). */
  readonly versions?: readonly Kind[];
}

type Json = Record<string, unknown>;

/** Records in metadata.managedFields who set what, after a create, update or patch. */
export function trackFields(
  kind: Kind,
  { draft, old }: { readonly draft: Draft<KubeObject>; readonly old: KubeObject | undefined },
  { context, subresource, nowMs }: FieldWriter,
  otherVersions?: OtherVersions,
): void {
  const entries = trackUpdate({
    schema: kind.schema(),
    live: old as Json | undefined,
    updated: draft as unknown as Json,
    manager: context.fieldManager,
    apiVersion: kind.apiVersion,
    subresource,
    now: nowMs,
    resetFields: resetFields(kind, subresource),
    otherVersions,
  });
  const metadata = draft.metadata as Json;
  if (entries) metadata['managedFields'] = entries;
  else delete metadata['managedFields'];
}

interface Versions {
  /** All that there are. */
  readonly versions: readonly Kind[];
  /** Default: those, other than the writer's, in which fields are managed. */
  readonly asked?: readonly string[];
}

/**
 * What an update changes in the words of other versions in which fields of the object are managed. Undefined: there are
 * none. Rejects with the ApiError of whoever converts.
 */
export async function changesInOtherVersions(
  kind: Kind,
  { draft, old, subresource }: { readonly draft: object; readonly old: KubeObject; readonly subresource: string },
  { versions, asked = otherVersionsOf(old, kind.apiVersion) }: Versions,
): Promise<OtherVersions | undefined> {
  if (asked.length === 0) return undefined;
  const found = new Map<string, ReturnType<typeof changesIn> | 'gone'>();
  for (const apiVersion of asked) {
    const other = versions.find((one) => one.apiVersion === apiVersion);
    if (!other) {
      found.set(apiVersion, 'gone');
      continue;
    }
    const [live, updated] = await convertObjects(kind, other, [old, draft as KubeObject]);
    if (live && updated)
      found.set(apiVersion, changesIn(other.schema(), { live, updated, resetFields: resetFields(other, subresource) }));
  }
  return found;
}

/** Who names the uid means an object that is there. Throws ApiError `Conflict`. */
function refuseUid(kind: Kind, applied: Json): void {
  const metadata = applied['metadata'];
  const { uid, name } = (isJson(metadata) ? metadata : {}) as { readonly uid?: unknown; readonly name?: unknown };
  if (!uid) return;
  const why = `uid mismatch: the provided object specified uid ${String(uid)}, and no existing object was found`;
  throw conflict(kind, String(name ?? ''), why);
}

/** Server-side apply: the merged object with its managedFields. Errors: Conflict with a cause for each field, BadRequest. */
export function applyFields(
  kind: Kind,
  { old, patch }: { readonly old: KubeObject | undefined; readonly patch: Extract<Patch, { type: 'apply' }> },
  { context, subresource, nowMs, versions = [] }: FieldWriter,
): Draft<KubeObject> | Promise<Draft<KubeObject>> {
  const applied = copyJson(patch.body) as Json;
  checkType(kind, { kind: applied['kind'] });
  if (!old) refuseUid(kind, applied);
  checkDeclared(kind.schema(), applied); // before unknown fields are taken out
  checkDecoded(kind, applied, context);
  const request: ApplyRequest = {
    schema: kind.schema(),
    live: old as Json | undefined,
    applied,
    manager: context.fieldManager,
    apiVersion: kind.apiVersion,
    subresource,
    force: patch.force === true,
    now: nowMs,
    resetFields: resetFields(kind, subresource),
  };
  if (versions.length > 1 && old) return applyConverted(kind, { old, request, subresource, versions });
  return draftOf(applyPatch(request).object as unknown as KubeObject);
}

async function applyConverted(
  kind: Kind,
  {
    old,
    request,
    subresource,
    versions,
  }: {
    readonly old: KubeObject;
    readonly request: ApplyRequest;
    readonly subresource: string;
    readonly versions: readonly Kind[];
  },
): Promise<Draft<KubeObject>> {
  const plan = planApply(request);
  const others = await changesInOtherVersions(
    kind,
    { draft: plan.merged, old, subresource },
    { versions, asked: plan.versions },
  );
  return draftOf(plan.finish(others).object as unknown as KubeObject);
}

/** A copy that may be changed, but for its managedFields: they are replaced, never changed, and compared by identity. */
export function draftOf(object: KubeObject): Draft<KubeObject> {
  const { metadata, ...rest } = object;
  const { managedFields, ...meta } = metadata;
  const draft = copyJson({ ...rest, metadata: meta }) as unknown as KubeObject;
  if (managedFields) (draft.metadata as Json)['managedFields'] = managedFields;
  return draft as Draft<KubeObject>;
}

function resetFields(kind: Kind, subresource: string): FieldTree {
  return resetFieldsOf({ hasStatus: kind.subresources['status'] !== undefined, subresource });
}
