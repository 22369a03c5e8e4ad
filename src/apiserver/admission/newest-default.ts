import type { KubeObject } from '../../api/object.ts';
import type { View } from '../../client/client.ts';

/** The name of the class that one of the annotations makes the default: of several the newest, then the first by name. */
export function newestDefault(classes: View<KubeObject>, annotations: readonly string[]): string | undefined {
  const found = classes
    .list()
    .filter(({ metadata }) => annotations.some((name) => metadata.annotations?.[name] === 'true'))
    .sort(
      (a, b) =>
        compare(b.metadata.creationTimestamp, a.metadata.creationTimestamp) ||
        compare(a.metadata.name, b.metadata.name),
    );
  return found[0]?.metadata.name;
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
