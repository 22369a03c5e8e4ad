import { kind } from '../kind.ts';
import type { Pod } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { connectVerbs, proxyVerbs, readUpdateVerbs, statusSubresource } from '../subresources.ts';

export const pod = kind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: () => schemaOf('io.k8s.api.core.v1.Pod'),
  generation: true,
  subresources: {
    attach: { verbs: connectVerbs, kind: { group: '', version: 'v1', kind: 'PodAttachOptions' } },
    binding: { verbs: ['create'], kind: { group: '', version: 'v1', kind: 'Binding' } },
    ephemeralcontainers: { verbs: readUpdateVerbs },
    eviction: { verbs: ['create'], kind: { group: 'policy', version: 'v1', kind: 'Eviction' } },
    exec: { verbs: connectVerbs, kind: { group: '', version: 'v1', kind: 'PodExecOptions' } },
    log: { verbs: ['get'] },
    portforward: { verbs: connectVerbs, kind: { group: '', version: 'v1', kind: 'PodPortForwardOptions' } },
    proxy: { verbs: proxyVerbs, kind: { group: '', version: 'v1', kind: 'PodProxyOptions' } },
    resize: { verbs: readUpdateVerbs },
    status: statusSubresource,
  },
});
