/** Entries in versions that somebody else converts to: webhooks of custom resources (`Kind.convert`). */
import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import { CachedEntry } from './cache/cached-entry.ts';
import { storedHead } from './cache/stored-form.ts';
import { presentAs, presentObject, storedKind, storedObject } from './served-kind.ts';

const heads = new WeakMap<Kind, Buffer>();

/** Whether an entry lies in the version of `kind`. What was stored before the storage version changed may not. */
function isOfVersion(kind: Kind, { raw }: CachedEntry): boolean {
  let head = heads.get(kind);
  if (!head) {
    head = Buffer.from(storedHead(kind));
    heads.set(kind, head);
  }
  return raw.subarray(0, head.length).equals(head);
}

/** The entry as `kind` shows it, if that is known without asking anybody. */
export function knownForm(kind: Kind, entry: CachedEntry): CachedEntry | undefined {
  if (!kind.convert) return presentAs(kind, entry);
  return isOfVersion(kind, entry) ? entry : entry.form(kind);
}

/** Conversions on their way, so that many watchers of one change ask once. */
const running = new WeakMap<Kind, Map<CachedEntry, Promise<CachedEntry>>>();

/**
 * The entries as `kind` shows them, in order. What has to be converted is sent together, and kept beside the entry while
 * it is wanted. Rejects with the converter's ApiError.
 */
export async function presentAll(kind: Kind, entries: readonly CachedEntry[]): Promise<readonly CachedEntry[]> {
  let pending = running.get(kind);
  if (!pending) {
    pending = new Map();
    running.set(kind, pending);
  }
  const forms = entries.map((entry) => knownForm(kind, entry) ?? pending.get(entry));
  const missing = [...new Set(entries.filter((_, at) => !forms[at]))];
  if (missing.length === 0) return Promise.all(forms as readonly (CachedEntry | Promise<CachedEntry>)[]);
  const converted = convertEntries(kind, missing);
  missing.forEach((entry, at) => {
    const one = converted.then((made) => made[at] as CachedEntry);
    one.catch(() => undefined); // told by `converted`, which is awaited below
    pending.set(entry, one);
  });
  try {
    await converted;
  } finally {
    for (const entry of missing) pending.delete(entry);
  }
  return Promise.all(entries.map((entry, at) => forms[at] ?? (entry.form(kind) as CachedEntry)));
}

async function convertEntries(kind: Kind, entries: readonly CachedEntry[]): Promise<readonly CachedEntry[]> {
  if (!kind.convert) throw new Error(`${kind.apiVersion} ${kind.plural} are not converted by anybody`);
  const objects = await kind.convert(entries.map(({ object }) => object));
  return entries.map((entry, at) => {
    const { key, revision } = entry;
    const json = Buffer.from(JSON.stringify(objects[at]));
    const form = new CachedEntry({ kind, key, revision, json, freeze: false });
    entry.keepForm(kind, form);
    return form;
  });
}

/** One entry as `kind` shows it. */
export function present(kind: Kind, entry: CachedEntry): CachedEntry | Promise<CachedEntry> {
  return knownForm(kind, entry) ?? presentAll(kind, [entry]).then(([form]) => form as CachedEntry);
}

/** The object of an entry in the version of `kind`, whose rules a write follows. */
export function presentForWrite(kind: Kind, entry: CachedEntry): KubeObject | Promise<KubeObject> {
  if (!kind.convert) return presentObject(kind, entry.object);
  const form = present(kind, entry);
  return form instanceof Promise ? form.then(({ object }) => object) : form.object;
}

/** An object of `kind` in the version that is stored, with that version's defaults, which it would get when it is read. */
export function storedForm(kind: Kind, object: KubeObject): KubeObject | Promise<KubeObject> {
  const stored = storedKind(kind);
  if (stored === kind) return object;
  const made = convertObject(kind, stored, object);
  if (made instanceof Promise) return made.then((one) => withDefaults(stored, one));
  return kind.storedAs?.ownRules ? withDefaults(stored, made) : made;
}

/** Conversions make new objects, but share metadata, which has no defaults. */
function withDefaults(kind: Kind, object: KubeObject): KubeObject {
  kind.defaults?.(object as Draft<KubeObject>);
  return object;
}

/** An object of one version of a kind in another. */
export function convertObject(from: Kind, to: Kind, object: KubeObject): KubeObject | Promise<KubeObject> {
  const made = convertObjects(from, to, [object]);
  return made instanceof Promise ? made.then(([one]) => one as KubeObject) : (made[0] as KubeObject);
}

/** Objects of one version of a kind in another, in order; who converts elsewhere is asked once. */
export function convertObjects(
  from: Kind,
  to: Kind,
  objects: readonly KubeObject[],
): readonly KubeObject[] | Promise<readonly KubeObject[]> {
  if (from === to) return objects;
  if (!to.convert) return objects.map((object) => presentObject(to, storedObject(from, object)));
  return to.convert(objects.map((object) => ({ ...object, apiVersion: from.apiVersion, kind: from.kind })));
}
