import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Entry } from '../contract.ts';
import { CachedEntry } from './cache/cached-entry.ts';

/** The kind whose storage and watch a kind uses: itself, or the one it is another version of. */
export function storedKind(kind: Kind): Kind {
  return kind.storedAs?.kind() ?? kind;
}

const presented = new WeakMap<Entry, Map<Kind, CachedEntry>>();

/** A stored entry as the asked-for kind shows it; converted once, and kept as long as the entry. */
export function presentAs(kind: Kind, entry: CachedEntry): CachedEntry {
  if (!kind.storedAs) return entry;
  let forms = presented.get(entry);
  if (!forms) {
    forms = new Map();
    presented.set(entry, forms);
  }
  let form = forms.get(kind);
  if (!form) {
    const object = presentObject(kind, entry.object);
    const { key, revision } = entry;
    form = new CachedEntry({ kind, key, revision, json: Buffer.from(JSON.stringify(object)), freeze: false });
    forms.set(kind, form);
  }
  return form;
}

/** A stored object in the version of `kind`. */
export function presentObject(kind: Kind, stored: KubeObject): KubeObject {
  if (!kind.storedAs) return stored;
  const object = kind.storedAs.fromStored(stored);
  return { ...object, kind: kind.kind, apiVersion: kind.apiVersion };
}

/** An object of `kind` in the version that is stored. */
export function storedObject(kind: Kind, object: KubeObject): KubeObject {
  if (!kind.storedAs) return object;
  const stored = storedKind(kind);
  // Clients may leave metadata out; conversions rely on it.
  const whole = object.metadata ? object : { ...object, metadata: {} };
  return { ...kind.storedAs.toStored(whole), kind: stored.kind, apiVersion: stored.apiVersion };
}

/** Versions of a kind that are the same objects, the one asked for first. */
export type Equivalents = (kind: Kind) => readonly Kind[];

export function equivalentsOf(kinds: () => readonly Kind[]): Equivalents {
  const known = new WeakMap<Kind, readonly Kind[]>();
  return (kind) => {
    let found = known.get(kind);
    if (!found) {
      const base = storedKind(kind);
      const others = [base, ...kinds().filter((other) => other.storedAs?.kind() === base)];
      found = [kind, ...others.filter((other) => other !== kind)];
      known.set(kind, found);
    }
    return found;
  };
}

/**
 * Versions in which fields may be managed under other names than in the one asked for, which is among them: those of built-in
 * kinds, and those that a webhook converts. All other custom resources call their fields alike.
 */
export function managedVersionsOf(equivalents: Equivalents): Equivalents {
  return (kind) => kind.versions?.() ?? (kind.schema().name === undefined ? [] : equivalents(kind));
}

/** The kind whose rules a write in `kind` follows: the stored one, or its own. */
export function rulingKind(kind: Kind): Kind {
  return kind.storedAs?.ownRules ? kind : storedKind(kind);
}

/** An object of `kind` in the version of the rules. */
export function ruledObject(kind: Kind, object: KubeObject): KubeObject {
  return kind.storedAs?.ownRules ? object : storedObject(kind, object);
}

/** An object in the version of the rules as `kind` shows it. */
export function unruledObject(kind: Kind, object: KubeObject): KubeObject {
  return kind.storedAs?.ownRules ? object : presentObject(kind, object);
}
