/** Fields that are managed under the names that another version of the object has for them. */
import type { Json } from '../patch/record.ts';
import type { Schema } from '../schema/schema.ts';
import { type Comparison, compareObjects, leaveOut } from './compare.ts';
import type { FieldTree } from './field-set.ts';
import { managedFieldsOf, readManagers } from './managers.ts';

/**
 * What a write changes, in the words of other versions than the writer's; `gone`: there is no such version any more, and
 * nobody manages anything in it. A version that is not named calls its fields as the writer's does.
 */
export type OtherVersions = ReadonlyMap<string, Comparison | 'gone'>;

/** The versions, other than this one, in which fields of an object are managed. */
export function otherVersionsOf(object: object | undefined, apiVersion: string): readonly string[] {
  const managers = readManagers(managedFieldsOf(object as Json | undefined)) ?? [];
  return [...new Set(managers.map((manager) => manager.apiVersion))].filter((version) => version !== apiVersion);
}

/** What a write changes in one version, from both objects in that version. */
export function changesIn(
  schema: Schema,
  { live, updated, resetFields }: { readonly live: object; readonly updated: object; readonly resetFields: FieldTree },
): Comparison {
  return leaveOut(resetFields, compareObjects(schema, live as Json, updated as Json));
}

/** What a write changes in the version of a manager; undefined: its version is gone. */
export function changesFor(
  { apiVersion }: { readonly apiVersion: string },
  changes: Comparison,
  others: OtherVersions | undefined,
): Comparison | undefined {
  const other = others?.get(apiVersion) ?? changes;
  return other === 'gone' ? undefined : other;
}
