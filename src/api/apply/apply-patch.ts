import { formatTime } from '../object.ts';
import { isJson, type Json, own, refuseDeep } from '../patch/record.ts';
import type { ManagedFieldsEntry } from '../schema/generated/types/meta-v1.ts';
import type { Schema } from '../schema/schema.ts';
import { badRequest } from '../status.ts';
import { checkApplied } from './check-applied.ts';
import { type Comparison, compareObjects, leaveOut, noDifference } from './compare.ts';
import { applyConflict, type ManagerConflict } from './conflict.ts';
import { emptySet, type FieldTree, isEmpty, sameSets, subtractSets, subtractSubtrees, uniteSets } from './field-set.ts';
import { kubectlManager, takenOverFields, updateLastApplied } from './last-applied.ts';
import { isSameManager, type Manager, managedFieldsOf, readManagers, writeManagers } from './managers.ts';
import { mergeApplied, pruneUnnamed } from './merge.ts';
import { setOfObject } from './object-set.ts';
import { conflictsOf, dropFields } from './track-update.ts';
import { changesFor, type OtherVersions } from './versions.ts';

/** A server-side apply. */
export interface ApplyRequest {
  readonly schema: Schema;
  /** The object as it is stored; absent when this apply creates it. */
  readonly live: Json | undefined;
  /** The configuration: what the applier wants, and nothing else. Decoded, not defaulted. */
  readonly applied: Json;
  readonly manager: string;
  /** `group/version` of the endpoint. */
  readonly apiVersion: string;
  readonly subresource?: string;
  /** Take fields over from other managers instead of refusing. */
  readonly force?: boolean;
  readonly now: number;
  /** Fields that this endpoint does not change: they are neither owned nor fought over. */
  readonly resetFields?: FieldTree;
}

export interface ApplyResult {
  /** The new object with its managedFields; the live object itself when nothing changed. */
  readonly object: Json;
  /** False: nothing is to be written. */
  readonly changed: boolean;
}

/** An apply whose merge is known, and whose conflicts are not yet. */
export interface ApplyPlan {
  readonly merged: Json;
  /** Other versions whose managers want to know what changes in their words; empty where nothing is there to convert. */
  readonly versions: readonly string[];
  /** Throws ApiError `Conflict`. */
  finish(others?: OtherVersions): ApplyResult;
}

/** Owner of everything that was there before the first apply to an object whose fields were not tracked. */
const beforeFirstApply = 'before-first-apply';

/**
 * Merges an applied configuration into the live object, as upstream's structured merge does: what the applier names
 * becomes its own, what it named last time and nobody names now goes away, and a value that somebody else owns is a
 * conflict unless it is the same or `force` is set. Throws ApiError `Conflict` with a cause for each field, or
 * `BadRequest`.
 */
export function applyPatch(request: ApplyRequest): ApplyResult {
  return planApply(request).finish();
}

/** `applyPatch` in two steps, for objects that somebody else converts. */
export function planApply(request: ApplyRequest): ApplyPlan {
  const { schema, live = {}, applied, manager, apiVersion, subresource = '', resetFields = emptySet } = request;
  refuseDeep(applied);
  checkHeader(applied, apiVersion);
  checkApplied(schema, applied);
  const entries = managedFieldsOf(request.live);
  const managers = request.live ? startingManagers(request, live) : [];
  const set = subtractSubtrees(setOfObject(schema, applied), resetFields);
  const self: Manager = { manager, operation: 'Apply', apiVersion, subresource, time: undefined, fields: set };
  const last = managers.find((other) => isSameManager(other, self));
  const others = managers.filter((other) => other !== last);
  const merged = withoutUnnamed(schema, mergeApplied(schema, live, applied), last?.fields, [...others, self]);
  const changes = merged === live ? noDifference : leaveOut(resetFields, compareObjects(schema, live, merged));
  const isSame = isEmpty(changes.added) && isEmpty(changes.modified) && isEmpty(changes.removed);
  const versions = new Set(isSame ? [] : others.map((other) => other.apiVersion));
  versions.delete(apiVersion);
  return {
    merged,
    versions: [...versions],
    finish(otherVersions) {
      refuseConflicts(others, changes, { ...request, otherVersions });
      const kept = isSame ? others : dropFields(others, changes, otherVersions);
      const mine = ownEntry(self, last, isSame, request.now);
      const newEntries = writeManagers([...kept, mine], entries);
      const object = manager === kubectlManager ? updateLastApplied(merged, applied) : merged;
      if (request.live && isSame && newEntries === entries && object === merged)
        return { object: live, changed: false };
      return { object: withManagedFields(object, newEntries), changed: true };
    },
  };
}

function checkHeader(applied: Json, apiVersion: string): void {
  const version = own(applied, 'apiVersion');
  if (version !== apiVersion)
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${version ?? ''}, expected: ${apiVersion}`,
    );
  if (managedFieldsOf(applied)) throw badRequest('metadata.managedFields must be nil');
}

function startingManagers({ schema, apiVersion, subresource = '', now }: ApplyRequest, live: Json): readonly Manager[] {
  const managers = readManagers(managedFieldsOf(live));
  if (managers.length > 0) return managers;
  const fields = compareObjects(schema, {}, live).added;
  return [{ manager: beforeFirstApply, operation: 'Update', apiVersion, subresource, time: formatTime(now), fields }];
}

function withoutUnnamed(schema: Schema, merged: Json, last: FieldTree | undefined, managers: readonly Manager[]): Json {
  if (!last || isEmpty(last)) return merged;
  const managed = managers.reduce((all, { fields }) => uniteSets(all, fields), emptySet);
  return pruneUnnamed(schema, merged, last, managed);
}

function refuseConflicts(
  others: readonly Manager[],
  changes: Comparison,
  request: ApplyRequest & { readonly otherVersions: OtherVersions | undefined },
): void {
  if (request.force || changes === noDifference) return;
  const allowed =
    request.manager === kubectlManager && request.live ? takenOverFields(request.schema, request.live) : emptySet;
  const conflicts: ManagerConflict[] = [];
  for (const manager of others) {
    const mine = changesFor(manager, changes, request.otherVersions);
    if (!mine) continue;
    const fields = subtractSets(conflictsOf(manager, mine), allowed);
    if (!isEmpty(fields)) conflicts.push({ manager, fields });
  }
  if (conflicts.length > 0) throw applyConflict(conflicts);
}

/** The applier's entry; its time moves when it changed the object or its own set of fields. */
function ownEntry(self: Manager, last: Manager | undefined, isSame: boolean, now: number): Manager {
  const unchanged = last !== undefined && last.apiVersion === self.apiVersion && sameSets(last.fields, self.fields);
  if (unchanged && isSame) return last;
  return { ...self, time: formatTime(now) };
}

function withManagedFields(object: Json, entries: readonly ManagedFieldsEntry[] | undefined): Json {
  const metadata = own(object, 'metadata');
  const { managedFields: _, ...rest } = isJson(metadata) ? metadata : {};
  return { ...object, metadata: entries ? { ...rest, managedFields: entries } : rest };
}
