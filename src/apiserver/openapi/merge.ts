/** Puts the documents of other API servers into ours, as upstream's aggregator does. Pure. */
import { jsonEqual } from '../../api/patch/index.ts';
import type { Json } from './definitions.ts';

const prefix = '#/definitions/';

/** Of a document only what it says of the paths below `base`. */
export function partBelow(document: Json, base: string): Json {
  const paths = fieldsOf(document['paths']).filter(([path]) => path === base || path.startsWith(`${base}/`));
  const all = record(document['definitions']);
  const used = reachable(Object.fromEntries(paths), all);
  const definitions = Object.fromEntries([...used].map((name) => [name, all[name]]));
  return { paths: Object.fromEntries(paths), definitions };
}

/**
 * Version 2 with what `remote` says of the paths below `base` (`/apis/wardle.example.com/v1`), and the definitions that they
 * use. A definition that we have otherwise gets another name. The local document is not changed.
 */
export function mergeV2(local: Json, remote: Json, base: string): Json {
  const part = partBelow(remote, base);
  const paths = fieldsOf(part['paths']);
  const ours = record(local['definitions']);
  const theirs = record(part['definitions']);
  const names = new Map<string, string>();
  for (const name of Object.keys(theirs)) names.set(name, freeName(name, { ours, theirs }));
  const definitions: Json = { ...ours };
  for (const [name, own] of names) definitions[own] ??= renamed(theirs[name], names);
  const added = paths.map(([path, item]) => [path, renamed(item, names)] as const);
  return { ...local, paths: { ...Object.fromEntries(added), ...record(local['paths']) }, definitions };
}

/** The name itself where it is free, or means the same here. */
function freeName(name: string, { ours, theirs }: { readonly ours: Json; readonly theirs: Json }): string {
  if (ours[name] === undefined || jsonEqual(ours[name], theirs[name])) return name;
  for (let number = 2; ; number++) {
    const candidate = `${name}_v${number}`;
    if (ours[candidate] === undefined && theirs[candidate] === undefined) return candidate;
  }
}

/** Names of all definitions that `from` refers to, directly or not. */
function reachable(from: unknown, definitions: Json): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting: unknown[] = [from];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, item] of Object.entries(value)) {
      if (key !== '$ref' || typeof item !== 'string' || !item.startsWith(prefix)) {
        waiting.push(item);
        continue;
      }
      const name = item.slice(prefix.length);
      if (found.has(name) || !Object.hasOwn(definitions, name)) continue;
      found.add(name);
      waiting.push(definitions[name]);
    }
  }
  return found;
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key !== '$ref' || typeof item !== 'string' || !item.startsWith(prefix)) return [key, renamed(item, names)];
      const name = item.slice(prefix.length);
      return [key, prefix + (names.get(name) ?? name)];
    }),
  );
}

function fieldsOf(value: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(record(value));
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
