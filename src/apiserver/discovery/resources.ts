import { createHash } from 'node:crypto';
import type { Kind } from '../../api/kind.ts';

/** One row of an `APIResourceList`. Fields without content are absent, as upstream leaves them out. */
export interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

/** Base64 of the first eight bytes of the SHA-256 of the stored form's `group/version/kind`. */
export function storageVersionHash(kind: Kind): string {
  const stored = kind.storedAs?.kind() ?? kind;
  const text = `${stored.group}/${stored.version}/${stored.kind}`;
  return createHash('sha256').update(text).digest().subarray(0, 8).toString('base64');
}

/** A kind and its subresources as discovery rows. */
function resourcesOf(kind: Kind): readonly ApiResource[] {
  const namespaced = kind.scope === 'Namespaced';
  const own: ApiResource = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced,
    kind: kind.kind,
    verbs: [...kind.verbs].sort(),
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
    ...(!kind.review && { storageVersionHash: storageVersionHash(kind) }),
  };
  const below = Object.entries(kind.subresources).map(([name, subresource]): ApiResource => {
    const spoken = subresource.kind;
    const foreign = spoken && (spoken.group !== kind.group || spoken.version !== kind.version);
    return {
      name: `${kind.plural}/${name}`,
      singularName: '',
      namespaced,
      ...(foreign && { group: spoken.group, version: spoken.version }),
      kind: spoken?.kind ?? kind.kind,
      verbs: [...subresource.verbs].sort(),
    };
  });
  return [own, ...below].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Rows of one group and version, by name. */
export function resourcesIn(kinds: readonly Kind[], apiVersion: string): readonly ApiResource[] {
  return kinds
    .filter((kind) => kind.apiVersion === apiVersion)
    .flatMap(resourcesOf)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export interface ApiGroup {
  readonly name: string;
  /** The preferred one first. */
  readonly versions: readonly string[];
}

/** Groups and their versions in the order of the list of kinds, which is the order of priority; the core group is ''. */
export function groupsOf(kinds: readonly Kind[]): readonly ApiGroup[] {
  const groups = new Map<string, string[]>();
  for (const { group, version } of kinds) {
    const versions = groups.get(group);
    if (!versions) groups.set(group, [version]);
    else if (!versions.includes(version)) versions.push(version);
  }
  return [...groups].map(([name, versions]) => ({ name, versions }));
}
