import { comparePriority } from '../../api/apiextensions/version-priority.ts';
import type { Kind } from '../../api/kind.ts';
import { builtInPriority, customPriority, type Priority } from './priorities.ts';
import { type ApiGroup, type ApiResource, groupsOf } from './resources.ts';

/** A group version that another server answers for, as discovery shows it. */
export interface RemoteVersion {
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** As they were when the server last answered; undefined: it never did. */
  readonly resources: readonly ApiResource[] | undefined;
  /** Whether the server answered lately. */
  readonly isFresh: boolean;
}

/** Everything that discovery speaks of. */
export interface Catalog {
  readonly kinds: readonly Kind[];
  readonly remotes: readonly RemoteVersion[];
}

interface Ranked {
  readonly name: string;
  priority: number;
  /** Among those of this server. */
  readonly at: number;
  readonly versions: Map<string, number>;
}

/** As upstream, the group of APIServices stands before all others. */
const first: Priority = { group: 20_000, version: 15 };

/** Groups of this server and of others, by their priorities. */
export function groupsIn({ kinds, remotes }: Catalog): readonly ApiGroup[] {
  const local = groupsOf(kinds);
  if (remotes.length === 0) return local;
  const groups = new Map<string, Ranked>();
  local.forEach(({ name, versions }, at) => {
    const priority = (version: string) =>
      name === 'apiregistration.k8s.io' ? first : (builtInPriority(name, version) ?? customPriority);
    const ranked = new Map(versions.map((version) => [version, priority(version).version]));
    groups.set(name, { name, priority: priority(versions[0] ?? '').group, at, versions: ranked });
  });
  for (const { group, version, groupPriority, versionPriority } of remotes) {
    const known = groups.get(group);
    if (!known) {
      const versions = new Map([[version, versionPriority]]);
      groups.set(group, { name: group, priority: groupPriority, at: local.length, versions });
      continue;
    }
    known.priority = Math.max(known.priority, groupPriority);
    known.versions.set(version, versionPriority);
  }
  return [...groups.values()]
    .sort((a, b) => b.priority - a.priority || a.at - b.at || (a.name < b.name ? -1 : 1))
    .map(({ name, versions }) => ({
      name,
      versions: [...versions]
        .sort(([a, rankOfA], [b, rankOfB]) => rankOfB - rankOfA || comparePriority(a, b))
        .map(([version]) => version),
    }));
}

export function remoteVersion({ remotes }: Catalog, group: string, version: string): RemoteVersion | undefined {
  return remotes.find((remote) => remote.group === group && remote.version === version);
}
