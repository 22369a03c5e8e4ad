import { applyPatch } from '../../api/apply/index.ts';
import { ageColumn, column, nameColumn } from '../../api/columns.ts';
import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import { jsonPatch, mergePatch, strategicMergePatch } from '../../api/patch/index.ts';
import { decodeObject } from '../../api/schema/decode-object.ts';
import type { Scale } from '../../api/schema/generated/types/autoscaling-v1.ts';
import { badRequest, conflict, invalid, staleObject } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import type { Patch } from '../../client/client.ts';
import type { Entry, RequestContext } from '../contract.ts';
import { type ApiRequest, readContext } from '../http/api-request.ts';
import { writeContext } from '../http/write-context.ts';
import { isRecord, readTyped } from '../routes/decode.ts';
import { formatFor, type ObjectRoutes, sendEntry, targetOf } from '../routes/objects.ts';
import { readPatch } from '../routes/patch-body.ts';
import { type ResourceHandler, resourceNotFound } from '../routes/router.ts';
import { scaleBody } from './bodies.ts';
import { fieldOf, managersOfParent, managersOfScale } from './scale-managers.ts';
import { type ScaleObject, type ScalePaths, scaleOf, setReplicas } from './scale-object.ts';

/** `…/scale` of any kind whose descriptor says where its replicas stand. */
export function scaleHandler(routes: ObjectRoutes): ResourceHandler {
  return async (request, kind) => {
    const paths = kind.subresources[request.info.subresource]?.scale;
    if (!paths) throw resourceNotFound();
    const format = formatFor(request, scaleTable);
    const entry =
      request.info.verb === 'get'
        ? await routes.registry.get(kind, targetOf(request, kind), readContext(request))
        : await write(routes, request, { kind, paths });
    await sendEntry(routes, request, 200, scaleEntry(entry, paths), format);
  };
}

/** As kubectl shows it. */
const scaleTable: Kind = {
  ...(scaleBody as unknown as Kind),
  columns: [
    nameColumn,
    column('Desired', (scale) => (scale as Scale).spec?.replicas ?? 0, { type: 'integer' }),
    column('Available', (scale) => (scale as Scale).status?.replicas ?? 0, { type: 'integer' }),
    ageColumn,
  ],
};

function scaleEntry({ object, revision }: Entry, paths: ScalePaths): Entry {
  const scale = scaleOf(object, paths);
  return { kind: scaleTable, revision, object: scale, json: Buffer.from(JSON.stringify(scale)) };
}

async function write(
  { registry, clock }: ObjectRoutes,
  request: ApiRequest,
  { kind, paths }: { readonly kind: Kind; readonly paths: ScalePaths },
): Promise<Entry> {
  const { context, applies, wantedOf } = await readWanted(request, { paths, clock });
  const target = targetOf(request, kind);
  const change = async (draft: Draft<KubeObject>, old: KubeObject) => {
    const wanted = wantedOf(old);
    checkScale(kind, wanted, { old, name: target.name });
    const { managedFields: owners, ...metadata } = wanted.metadata;
    const update = {
      operation: 'UPDATE',
      body: scaleBody,
      object: { ...wanted, metadata },
      old: scaleOf(old, paths),
    } as const;
    const admitted = await registry.admit(kind, target, update, context);
    setReplicas(draft, admitted.spec?.replicas ?? 0, paths);
    if (!applies) return;
    const parent = { field: fieldOf(paths.specReplicas), apiVersion: kind.apiVersion };
    const entries = managersOfParent(old.metadata.managedFields, owners, parent);
    draft.metadata.managedFields = entries as typeof draft.metadata.managedFields & object;
  };
  return registry.modify(kind, target, change, context, { admitted: true, ...(applies && { ownsFields: true }) });
}

interface Wanted {
  readonly context: RequestContext;
  /** It keeps managedFields itself. */
  readonly applies: boolean;
  readonly wantedOf: (old: KubeObject) => ScaleObject;
}

/** What a patch of a Scale is made with. */
interface Patching {
  readonly paths: ScalePaths;
  readonly clock: Clock;
}

async function readWanted(request: ApiRequest, patching: Patching): Promise<Wanted> {
  if (request.info.verb === 'patch') {
    const context = writeContext(request, 'PatchOptions');
    const patch = await readPatch(request, context);
    return {
      context,
      applies: patch.type === 'apply',
      wantedOf: (old) => patched(old, { ...patching, patch, context }),
    };
  }
  const context = writeContext(request, 'UpdateOptions');
  const scale = await readTyped(request, scaleBody, context);
  return { context, applies: false, wantedOf: () => scale };
}

function patched(
  old: KubeObject,
  { patch, context, ...patching }: Patching & { readonly patch: Patch; readonly context: RequestContext },
): ScaleObject {
  const result =
    patch.type === 'apply'
      ? applied(old, { ...patching, patch, context })
      : plainlyPatched(scaleOf(old, patching.paths), patch);
  if (!isRecord(result)) throw badRequest('the patch must leave a Scale');
  return decodeObject(scaleBody, JSON.stringify(result), context) as unknown as ScaleObject;
}

function plainlyPatched(present: ScaleObject, patch: Exclude<Patch, { type: 'apply' }>): unknown {
  const scale = present as unknown as Readonly<Record<string, unknown>>;
  if (patch.type === 'json') return jsonPatch(scale, patch.operations);
  return patch.type === 'merge'
    ? mergePatch(scale, patch.body)
    : strategicMergePatch(scaleBody.schema(), scale, patch.body);
}

type Apply = Extract<Patch, { type: 'apply' }>;

/** With the managers of the Scale in its metadata. */
function applied(
  old: KubeObject,
  { paths, clock, patch, context }: Patching & { readonly patch: Apply; readonly context: RequestContext },
): unknown {
  const scale = scaleOf(old, paths);
  const managedFields = managersOfScale(old.metadata.managedFields, fieldOf(paths.specReplicas));
  const wanted = decodeObject(scaleBody, JSON.stringify(patch.body), context);
  return applyPatch({
    schema: scaleBody.schema(),
    live: { ...scale, metadata: { ...scale.metadata, managedFields } },
    applied: wanted as unknown as Readonly<Record<string, unknown>>,
    manager: context.fieldManager,
    apiVersion: scaleBody.apiVersion,
    subresource: 'scale',
    force: patch.force === true,
    now: clock.now(),
  }).object;
}

function checkScale(
  kind: Kind,
  { metadata = {}, spec }: Scale,
  { old, name }: { readonly old: KubeObject; readonly name: string },
): void {
  if (metadata.name !== name)
    throw badRequest(`the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`);
  if (metadata.uid && metadata.uid !== old.metadata.uid)
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`,
    );
  if (metadata.resourceVersion && metadata.resourceVersion !== old.metadata.resourceVersion)
    throw staleObject(kind, name);
  const replicas = spec?.replicas ?? 0;
  if (replicas >= 0) return;
  throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
    {
      type: 'FieldValueInvalid',
      field: 'spec.replicas',
      message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
    },
  ]);
}
