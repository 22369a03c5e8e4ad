import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Kind } from './kind.ts';
import { builtInKinds } from './kinds.ts';

/** The published discovery documents; beside the work tree where the project is developed. */
const reference = `${process.env['K3TS_REFERENCE'] ?? '../shared/reference/kubernetes-1.36'}/discovery`;
const skip = existsSync(reference) ? false : 'the published discovery documents are not here';

interface DiscoveryResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

function published(groupVersion: string): readonly DiscoveryResource[] {
  const file = groupVersion === 'v1' ? 'api__v1.json' : `apis__${groupVersion.replace('/', '__')}.json`;
  const { resources } = JSON.parse(readFileSync(`${reference}/${file}`, 'utf8')) as {
    resources: readonly (DiscoveryResource & { readonly storageVersionHash?: string })[];
  };
  return resources.map(({ storageVersionHash: _, ...resource }) => resource);
}

/** What discovery says of a kind and its subresources. */
function described(kind: Kind): readonly DiscoveryResource[] {
  const { plural, singular, kind: kindName, verbs, shortNames, categories, subresources } = kind;
  const namespaced = kind.scope === 'Namespaced';
  const self: DiscoveryResource = {
    name: plural,
    singularName: singular,
    namespaced,
    kind: kindName,
    verbs: [...verbs].sort(),
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  const parts = Object.entries(subresources).map(([name, { verbs: subVerbs, kind: spoken }]): DiscoveryResource => {
    const elsewhere = spoken && (spoken.group !== kind.group || spoken.version !== kind.version);
    return {
      name: `${plural}/${name}`,
      singularName: '',
      namespaced,
      ...(elsewhere && { group: spoken.group, version: spoken.version }),
      kind: spoken?.kind ?? kindName,
      verbs: [...subVerbs].sort().map((verb) => (verb === 'connect' ? 'get' : verb)),
    };
  });
  return [self, ...parts];
}

function byName(a: DiscoveryResource, b: DiscoveryResource): number {
  return a.name < b.name ? -1 : 1;
}

describe('discovery of every served group version is what upstream publishes', { skip }, () => {
  const groupVersions = [...new Set(builtInKinds.map(({ apiVersion }) => apiVersion))];
  for (const groupVersion of groupVersions) {
    test(groupVersion, () => {
      const kinds = builtInKinds.filter(({ apiVersion }) => apiVersion === groupVersion);
      const ours = kinds.flatMap(described).map((resource) => ({ ...resource, verbs: [...resource.verbs].sort() }));
      const theirs = published(groupVersion).map((resource) => ({ ...resource, verbs: [...resource.verbs].sort() }));
      assert.deepEqual(ours.sort(byName), theirs.sort(byName));
    });
  }
});

describe('every stable group version is served', { skip }, () => {
  const { groups } = JSON.parse(readFileSync(`${reference}/apis.json`, 'utf8')) as {
    groups: readonly { readonly versions: readonly { readonly groupVersion: string; readonly version: string }[] }[];
  };
  const stable = groups.flatMap(({ versions }) => versions.filter(({ version }) => /^v\d+$/.test(version)));
  test('none is missing', () => {
    const served = new Set(builtInKinds.map(({ apiVersion }) => apiVersion));
    assert.deepEqual(
      stable.map(({ groupVersion }) => groupVersion).filter((groupVersion) => !served.has(groupVersion)),
      [],
    );
  });
});

test('every kind has a schema and, where it is listed, columns', () => {
  for (const kind of builtInKinds) {
    assert.equal(kind.schema().type, 'object', kind.kind);
    if (kind.verbs.includes('list')) assert.ok(kind.columns.length >= 2, `${kind.apiVersion} ${kind.kind}`);
  }
});
