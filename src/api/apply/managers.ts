import { isJson, type Json } from '../patch/record.ts';
import type { ManagedFieldsEntry } from '../schema/generated/types/meta-v1.ts';
import { type FieldTree, isEmpty, uniteSets } from './field-set.ts';

/** How many `Update` entries an object keeps; older ones are put together as `ancient-changes`. */
export const maxUpdateManagers = 10;
const ancientManager = 'ancient-changes';

/** One entry of `metadata.managedFields`, in the form that field tracking works on. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldTree;
  /** The entry that this was read from and still equals. */
  readonly entry?: ManagedFieldsEntry;
}

/** Reads managedFields as this server has stored them: they are well-formed. */
export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] {
  return (entries ?? []).map((entry) => {
    const { manager = '', operation, apiVersion = '', subresource = '', time, fieldsV1 } = entry;
    const fields = (fieldsV1 ?? {}) as FieldTree;
    return { manager, operation: operation as Manager['operation'], apiVersion, subresource, time, fields, entry };
  });
}

/** Whether managedFields that a client has sent can be read. */
export function areWellFormed(entries: readonly ManagedFieldsEntry[]): boolean {
  return entries.every(
    ({ operation, fieldsV1 }) =>
      (operation === 'Apply' || operation === 'Update') && (fieldsV1 === undefined || isFieldTree(fieldsV1, 0)),
  );
}

/** Deeper trees than any object has are refused. */
const maxDepth = 100;

function isFieldTree(value: unknown, depth: number): value is FieldTree {
  if (!isJson(value) || depth > maxDepth) return false;
  for (const element in value) {
    if (element !== '.' && !/^[fkvi]:/.test(element)) return false;
    if (element.startsWith('k:') && !isKeyElement(element)) return false;
    if (!isFieldTree(value[element], depth + 1)) return false;
  }
  return true;
}

function isKeyElement(element: string): boolean {
  try {
    return isJson(JSON.parse(element.slice(2)));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** `managedFields: [{}]` asks to forget all owners. */
export function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  return entries?.length === 1 && Object.keys(entries[0] ?? {}).length === 0;
}

/** Whether two entries are of the same manager; an applier stays itself when it changes the API version. */
export function isSameManager(a: Manager, b: Omit<Manager, 'fields' | 'time'>): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

/** The entries as they stand in the object, in upstream's order. `previous` is returned itself when nothing changed. */
export function writeManagers(
  managers: readonly Manager[],
  previous: readonly ManagedFieldsEntry[] | undefined,
): readonly ManagedFieldsEntry[] | undefined {
  const kept = managers.filter(({ fields }) => !isEmpty(fields)).sort(compareManagers);
  if (kept.length === 0) return undefined;
  const entries = kept.map(({ entry, ...manager }) => entry ?? writeManager(manager));
  const same = previous?.length === entries.length && entries.every((entry, at) => entry === previous[at]);
  return same ? previous : entries;
}

function writeManager({ manager, operation, apiVersion, subresource, time, fields }: Manager): ManagedFieldsEntry {
  return {
    manager,
    operation,
    apiVersion,
    ...(time !== undefined && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
    ...(subresource && { subresource }),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareManagers(a: Manager, b: Manager): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time ?? '', b.time ?? '') ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

/** A manager with other fields; the same one when they are the same. Its time stays. */
export function withFields(manager: Manager, fields: FieldTree): Manager {
  if (fields === manager.fields) return manager;
  const { entry: _, ...rest } = manager;
  return { ...rest, fields };
}

/** Puts the oldest updaters of each API version together until there are few enough. */
export function capUpdaters(managers: readonly Manager[], limit = maxUpdateManagers): readonly Manager[] {
  const updaters = managers.filter(({ operation }) => operation === 'Update');
  if (updaters.length <= limit) return managers;
  updaters.sort((a, b) => compareText(a.time ?? '', b.time ?? '') || compareText(a.manager, b.manager));
  const others = managers.filter(({ operation }) => operation !== 'Update');
  const buckets = new Map<string, Manager>();
  const rest: Manager[] = [];
  let count = updaters.length;
  for (const updater of updaters) {
    const bucket = buckets.get(updater.apiVersion);
    if (count <= limit) rest.push(updater);
    else if (!bucket) buckets.set(updater.apiVersion, updater);
    else {
      const { entry: _, ...merged } = updater;
      const fields = uniteSets(bucket.fields, updater.fields);
      buckets.set(updater.apiVersion, { ...merged, manager: ancientManager, subresource: '', fields });
      count--;
    }
  }
  return [...others, ...buckets.values(), ...rest];
}

/** The entries of an object, if it has a list of them. */
export function managedFieldsOf(object: Json | undefined): readonly ManagedFieldsEntry[] | undefined {
  const metadata = object?.['metadata'];
  const entries = isJson(metadata) ? metadata['managedFields'] : undefined;
  return Array.isArray(entries) ? entries : undefined;
}
