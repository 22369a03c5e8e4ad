import type { CachedRegistry } from '../apiserver/registry/registry.ts';
import type { MetricRegistry } from '../base/metrics/metrics.ts';

/** How many objects there are, by upstream's names: the old one, and the one that takes its place. */
export function addStorageMetrics(metrics: MetricRegistry, registry: CachedRegistry): void {
  const help = 'Stored objects.';
  metrics.read(
    { name: 'apiserver_resource_objects', help, type: 'gauge', labels: ['group', 'resource'] },
    function* () {
      for (const { kind, size } of registry.cache.resources()) yield [[kind.group, kind.plural], size] as const;
    },
  );
  metrics.read({ name: 'apiserver_storage_objects', help, type: 'gauge', labels: ['resource'] }, function* () {
    for (const { kind, size } of registry.cache.resources())
      yield [[kind.group ? `${kind.plural}.${kind.group}` : kind.plural], size] as const;
  });
  metrics.readOne(
    { name: 'apiserver_storage_revision', help: 'The newest revision that is in memory.', type: 'gauge' },
    () => registry.cache.revision,
  );
}
