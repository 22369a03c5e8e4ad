import type { Kind } from '../../api/kind.ts';
import type { Entry, EntryList } from '../contract.ts';

/**
 * Stored JSON starts with kind and apiVersion (either way round). Upstream leaves both out of the items of a list of a
 * built-in kind; here they are cut off without looking at the rest.
 */
function typePrefixes(kind: Kind): readonly Buffer[] {
  if (kind.schema().name === undefined) return []; // custom resources say what they are, wherever they stand
  const type = `"kind":${JSON.stringify(kind.kind)}`;
  const version = `"apiVersion":${JSON.stringify(kind.apiVersion)}`;
  return [Buffer.from(`{${type},${version},`), Buffer.from(`{${version},${type},`)];
}

const openBrace = Buffer.from('{');
const comma = Buffer.from(',');

/** How many bytes of `json` the leading type takes, with its last comma; 0 when it does not lead. */
function typeLength(prefixes: readonly Buffer[], json: Buffer): number {
  for (const prefix of prefixes)
    if (json.length > prefix.length && json.compare(prefix, 0, prefix.length, 0, prefix.length) === 0)
      return prefix.length;
  return 0;
}

/** `"metadata":{…}` of a list. */
export function listMetadata(list: EntryList): Record<string, unknown> {
  return {
    resourceVersion: String(list.revision),
    ...(list.continue !== undefined && { continue: list.continue }),
    ...(list.remainingItemCount !== undefined && { remainingItemCount: list.remainingItemCount }),
  };
}

export interface EncodedList {
  readonly bytes: number;
  /** The list's JSON in many small pieces, which share memory with the entries. */
  pieces(): Iterable<Buffer>;
}

/** A list's JSON: the entries' own bytes in one envelope. Nothing is copied. */
export function encodeList(kind: Kind, list: EntryList): EncodedList {
  const prefixes = typePrefixes(kind);
  const head = Buffer.from(
    `{"kind":${JSON.stringify(kind.listKind)},"apiVersion":${JSON.stringify(kind.apiVersion)},"metadata":${JSON.stringify(listMetadata(list))},"items":[`,
  );
  const tail = Buffer.from(']}\n');
  let bytes = head.length + tail.length + Math.max(list.entries.length - 1, 0);
  for (const { json } of list.entries) {
    const cut = typeLength(prefixes, json);
    bytes += cut > 0 ? json.length - cut + 1 : json.length;
  }
  function* pieces(): Iterable<Buffer> {
    yield head;
    let first = true;
    for (const { json } of list.entries) {
      if (!first) yield comma;
      first = false;
      const cut = typeLength(prefixes, json);
      if (cut > 0) {
        yield openBrace;
        yield json.subarray(cut);
      } else yield json;
    }
    yield tail;
  }
  return { bytes, pieces };
}

/** `PartialObjectMetadata` of one object. */
export function partialOf(entry: Entry, metaVersion: string): Record<string, unknown> {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: entry.object.metadata,
  };
}

export function partialList(list: EntryList, metaVersion: string): Record<string, unknown> {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: listMetadata(list),
    items: list.entries.map((entry) => ({ metadata: entry.object.metadata })),
  };
}
