import { formatTime } from '../object.ts';
import { type Json, jsonEqual } from '../patch/record.ts';
import type { ManagedFieldsEntry } from '../schema/generated/types/meta-v1.ts';
import type { Schema } from '../schema/schema.ts';
import { type Comparison, compareObjects, leaveOut } from './compare.ts';
import { emptySet, type FieldTree, intersectSets, isEmpty, subtractSets, uniteSets } from './field-set.ts';
import {
  areWellFormed,
  capUpdaters,
  isReset,
  isSameManager,
  type Manager,
  managedFieldsOf,
  readManagers,
  withFields,
  writeManagers,
} from './managers.ts';
import { changesFor, type OtherVersions } from './versions.ts';

/** A create, update or patch (other than apply) whose fields are to be tracked. */
export interface UpdateRequest {
  readonly schema: Schema;
  /** The object as it is stored; absent when it is being created. */
  readonly live: Json | undefined;
  /** The object as it will be stored, but for its managedFields. */
  readonly updated: Json;
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly now: number;
  /** Fields that this endpoint does not change, so that writing them makes nobody their owner. */
  readonly resetFields?: FieldTree;
  /** Default: every version calls the fields alike. */
  readonly otherVersions?: OtherVersions | undefined;
}

type Entries = readonly ManagedFieldsEntry[] | undefined;

/**
 * The `metadata.managedFields` after an update. When the update changed nothing, these are the live object's own (the
 * same array). Clients that send none or nonsense keep the live ones; `[{}]` resets them; a subresource cannot set
 * them. Objects whose fields are not tracked stay so.
 */
export function trackUpdate(request: UpdateRequest): Entries {
  const { schema, live, updated, manager, apiVersion, subresource = '', resetFields = emptySet } = request;
  const entries = startingEntries(live, updated, subresource !== '');
  const managers = readManagers(entries);
  if (live && managers.length === 0) return undefined;
  const changes = leaveOut(resetFields, compareObjects(schema, live ?? {}, updated));
  const taken = uniteSets(changes.added, changes.modified);
  const kept = dropFields(managers, changes, request.otherVersions);
  if (isEmpty(taken)) return writeManagers(kept, entries);
  const self: Omit<Manager, 'fields'> = {
    manager,
    apiVersion,
    subresource,
    operation: 'Update',
    time: formatTime(request.now),
  };
  // The writer's own entry lost nothing but what it takes again.
  const own = kept.find((other) => isSameManager(other, self));
  const others = kept.filter((other) => other !== own);
  const fields = own ? uniteSets(own.fields, taken) : taken;
  return writeManagers(capUpdaters([...others, { ...self, fields }]), entries);
}

function startingEntries(live: Json | undefined, updated: Json, isSubresource: boolean): Entries {
  const liveEntries = managedFieldsOf(live);
  const sent = managedFieldsOf(updated);
  if (isSubresource || jsonEqual(sent, liveEntries)) return liveEntries;
  if (isReset(sent)) return undefined;
  return sent && sent.length > 0 && areWellFormed(sent) ? sent : liveEntries;
}

/** Every manager loses what was changed by somebody else or went away. */
export function dropFields(
  managers: readonly Manager[],
  changes: Comparison,
  others?: OtherVersions | undefined,
): readonly Manager[] {
  if (!others) return without(managers, changes);
  return managers.flatMap((manager) => {
    const mine = changesFor(manager, changes, others);
    return mine ? without([manager], mine) : [];
  });
}

function without(managers: readonly Manager[], { added, modified, removed }: Comparison): readonly Manager[] {
  const lost = uniteSets(uniteSets(added, modified), removed);
  if (isEmpty(lost)) return managers;
  return managers.map((manager) => withFields(manager, subtractSets(manager.fields, lost)));
}

export function conflictsOf(manager: Manager, { added, modified }: Comparison): FieldTree {
  return intersectSets(manager.fields, uniteSets(added, modified));
}
