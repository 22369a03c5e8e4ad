import type { Kind } from '../../api/kind.ts';

/** Finds a kind by what a path says. Made anew when the list of kinds changes (custom resources come and go). */
export class KindIndex {
  readonly #kinds: () => readonly Kind[];
  #indexed: readonly Kind[] | undefined;
  #byResource = new Map<string, Kind>();

  constructor(kinds: () => readonly Kind[]) {
    this.#kinds = kinds;
  }

  find(group: string, version: string, plural: string): Kind | undefined {
    const kinds = this.#kinds();
    if (kinds !== this.#indexed) {
      this.#byResource = new Map(kinds.map((kind) => [resourceKey(kind.group, kind.version, kind.plural), kind]));
      this.#indexed = kinds;
    }
    return this.#byResource.get(resourceKey(group, version, plural));
  }
}

function resourceKey(group: string, version: string, plural: string): string {
  return `${group}/${version}/${plural}`;
}
