import type { Kind } from '../../api/kind.ts';
import { type KubeObject, keyOf, type OwnerReference } from '../../api/object.ts';
import type { Client, Index } from '../../client/client.ts';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

/** Objects by the uids of all their owners. */
const byOwner: Index<KubeObject> = {
  name: 'owner-uids',
  of: ({ metadata }) => metadata.ownerReferences?.map(({ uid }) => uid) ?? [],
};

const mostGone = 5000;

/** An object of any kind. */
export interface Item {
  readonly kind: Kind;
  readonly object: KubeObject;
}

/** Keys name the kind, too: `group/plural|namespace/name`. */
function itemKey(kind: Kind, objectKey: string): string {
  return `${kind.group}/${kind.plural}|${objectKey}`;
}

/** Owners and dependents over all kinds, read from the client's views. */
export class OwnerGraph {
  readonly #served: () => unknown;
  readonly #list: () => readonly Kind[];
  #seen: unknown;
  #kinds: ReadonlyMap<string, Kind> = new Map();
  #byGroupKind: ReadonlyMap<string, Kind> = new Map();
  /** Objects that were seen to go: their kind may have gone with them, so that nobody can be asked any more. */
  readonly #gone = new Set<string>();

  /** `served` gives another value whenever `list` gives other kinds. */
  constructor(served: () => unknown, list: () => readonly Kind[]) {
    this.#served = served;
    this.#list = list;
  }

  /** Looks at what is served now. */
  #follow(): void {
    const served = this.#served();
    if (served === this.#seen) return;
    this.#seen = served;
    const kinds = this.#list();
    this.#kinds = new Map(kinds.map((kind) => [itemKey(kind, ''), kind]));
    this.#byGroupKind = new Map(kinds.map((kind) => [`${kind.group}/${kind.kind}`, kind]));
  }

  /** Whether the object with this uid was seen to go. */
  isGone(uid: string): boolean {
    return this.#gone.has(uid);
  }

  #rememberGone(uid: string): void {
    this.#gone.add(uid);
    for (const oldest of this.#gone) {
      if (this.#gone.size <= mostGone) break;
      this.#gone.delete(oldest);
    }
  }

  find(key: string, client: Client): Item | undefined {
    this.#follow();
    const bar = key.indexOf('|');
    const kind = this.#kinds.get(key.slice(0, bar + 1));
    const object = kind && client.view(kind).get(key.slice(bar + 1));
    return kind && object ? { kind, object } : undefined;
  }

  /** All objects that name this uid as an owner. */
  dependentsOf(uid: string, client: Client): readonly Item[] {
    this.#follow();
    const found: Item[] = [];
    for (const kind of this.#kinds.values())
      for (const object of client.view(kind).by(byOwner, uid)) found.push({ kind, object });
    return found;
  }

  /** The kind that an owner reference names; any served version of it stands for all. */
  ownerKind({ apiVersion, kind }: OwnerReference): Kind | undefined {
    this.#follow();
    const slash = apiVersion.indexOf('/');
    return this.#byGroupKind.get(`${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`);
  }

  /** Where the owner of this object must be; undefined when the reference cannot be followed. */
  ownerKey(
    reference: OwnerReference,
    dependent: KubeObject,
  ): { readonly kind: Kind; readonly key: string } | undefined {
    const kind = this.ownerKind(reference);
    if (!kind) return undefined;
    if (kind.scope === 'Cluster') return { kind, key: reference.name };
    const { namespace } = dependent.metadata;
    return namespace ? { kind, key: `${namespace}/${reference.name}` } : undefined;
  }

  /** Which items a change makes worth a look: itself, its dependents when it goes, its owners when it is gone. */
  wokenBy(
    kind: Kind,
    change: { readonly type: string; readonly object: KubeObject },
    client: Client,
  ): readonly string[] {
    const { object } = change;
    const { metadata } = object;
    const isGone = change.type === 'deleted';
    const isForeground = metadata.deletionTimestamp !== undefined && hasFinalizer(object, foregroundFinalizer);
    const keys: string[] = [];
    if (!isGone && (metadata.ownerReferences?.length || metadata.deletionTimestamp))
      keys.push(itemKey(kind, keyOf(object)));
    if (isGone || isForeground) {
      const dependents = this.dependentsOf(metadata.uid ?? '', client);
      if (isGone && dependents.length > 0) this.#rememberGone(metadata.uid ?? '');
      for (const item of dependents) keys.push(itemKey(item.kind, keyOf(item.object)));
    }
    if (isGone || metadata.deletionTimestamp)
      for (const reference of metadata.ownerReferences ?? []) {
        const owner = this.ownerKey(reference, object);
        if (owner) keys.push(itemKey(owner.kind, owner.key));
      }
    return keys;
  }
}

export function hasFinalizer({ metadata }: KubeObject, name: string): boolean {
  return metadata.finalizers?.includes(name) === true;
}

export function isDeletingForeground(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && hasFinalizer(object, foregroundFinalizer);
}
