/** What a conversion webhook may do to an object, and what of its answer is taken. Pure. */

import type { KubeObject } from '../../../api/object.ts';
import { isJson } from '../../../api/patch/record.ts';
import { validateAnnotations, validateLabels } from '../../../api/validation/object-meta.ts';

/** How upstream speaks of an object that is wrong: alone, or in a list. */
interface Place {
  readonly type: string;
  readonly object: string;
  readonly metadata: string;
}

const alone: Place = { type: 'invalid object at index 0', object: 'invalid object', metadata: 'invalid metadata' };
const inList = (at: number): Place => {
  const object = `invalid converted object at index ${at}`;
  return { type: object, object, metadata: `invalid metadata in object at index ${at}` };
};

/**
 * The objects of a webhook's answer, each with the metadata of the one it was made from, but for labels and annotations.
 * Throws Error, worded as upstream after `conversion webhook for … `.
 */
export function checkConverted(
  originals: readonly KubeObject[],
  converted: readonly unknown[],
  apiVersion: string,
): readonly KubeObject[] {
  if (converted.length !== originals.length)
    throw new Error(`returned ${converted.length} objects, expected ${originals.length}`);
  return originals.map((original, at) => {
    const place = originals.length === 1 ? alone : inList(at);
    return checkOne(original, converted[at], { apiVersion, place });
  });
}

function checkOne(
  original: KubeObject,
  converted: unknown,
  { apiVersion, place }: { readonly apiVersion: string; readonly place: Place },
): KubeObject {
  const refuse = (why: string) => new Error(`returned ${place.object}: ${why}`);
  if (!isJson(converted)) throw refuse(`invalid type, expected=Unstructured, got=${goTypeOf(converted)}`);
  const version = text(converted['apiVersion']);
  if (version !== apiVersion)
    throw new Error(`returned ${place.type}: invalid groupVersion (expected ${apiVersion}, received ${version})`);
  const kind = text(converted['kind']);
  if (kind !== original.kind)
    throw new Error(`returned ${place.type}: invalid kind (expected ${original.kind}, received ${kind})`);
  const metadata = converted['metadata'];
  const given = isJson(metadata) ? metadata : {};
  for (const [field, called] of identity) {
    const had = original.metadata[field] ?? '';
    const has = text(given[field]);
    if (had !== has) throw refuse(`must have the same ${called}: ${had} != ${has}`);
  }
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = converted;
  try {
    return { kind, apiVersion, metadata: restored(original.metadata, metadata), ...rest } as KubeObject;
  } catch (error) {
    throw new Error(`returned ${place.metadata}: ${(error as Error).message}`, { cause: error });
  }
}

const identity = [
  ['name', 'name'],
  ['namespace', 'namespace'],
  ['uid', 'UID'],
] as const;

const checks = { labels: validateLabels, annotations: validateAnnotations } as const;

/** The original's metadata with the webhook's labels and annotations. */
function restored(original: KubeObject['metadata'], given: unknown): KubeObject['metadata'] {
  if (given === undefined) throw new Error('missing metadata in converted object');
  if (!isJson(given)) throw new Error(`invalid metadata of type ${goTypeOf(given)} in converted object`);
  const metadata: Record<string, unknown> = { ...original };
  for (const field of ['labels', 'annotations'] as const) {
    const value = given[field];
    if (value === undefined || value === null) {
      delete metadata[field];
      continue;
    }
    metadata[field] = textMap(value, field, original[field] ?? {});
  }
  return metadata as KubeObject['metadata'];
}

function textMap(
  value: unknown,
  field: 'labels' | 'annotations',
  original: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (!isJson(value)) throw new Error(`invalid metadata.${field} of type ${goTypeOf(value)} in converted object`);
  const entries = Object.entries(value);
  for (const [key, item] of entries)
    if (typeof item !== 'string')
      throw new Error(`metadata.${field}[${key}] must be a string, but is ${goTypeOf(item)} in converted object`);
  const texts = value as Readonly<Record<string, string>>;
  const changed =
    entries.length !== Object.keys(original).length || entries.some(([key, item]) => original[key] !== item);
  const faults = changed ? checks[field](texts, `metadata.${field}`) : [];
  if (faults.length > 0) throw new Error(aggregate(faults.map((fault) => `${fault.field}: ${fault.message}`)));
  return texts;
}

/** As Go joins several errors. */
function aggregate(messages: readonly string[]): string {
  const [only = ''] = messages;
  return messages.length === 1 ? only : `[${messages.join(', ')}]`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int64';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      return 'map[string]interface {}';
  }
}
