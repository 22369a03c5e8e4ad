import { kind } from '../kind.ts';
import type { Pod } from '../schema/generated/types/core-v1.ts';
import { schemaOf } from '../schema/lookup.ts';
import { selectable } from '../selectable.ts';
import { connectVerbs, proxyVerbs, readUpdateVerbs, statusSubresource } from '../subresources.ts';
import {
  validateEphemeralContainersUpdate,
  validateOwnSpec,
  validatePod,
  validatePodUpdate,
} from '../validation/core/pod/pod.ts';
import { validatePodStatus } from '../validation/status.ts';
import { podWarnings } from '../validation/warnings/pod.ts';
import { podColumns } from './pod-columns.ts';
import { defaultPod } from './pod-defaults.ts';
import { validateResize } from './pod-resize.ts';
import {
  podGracePeriodSeconds,
  prepareEphemeralContainers,
  prepareNewPod,
  preparePodStatus,
  prepareResize,
} from './pod-strategy.ts';

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
    ephemeralcontainers: {
      verbs: readUpdateVerbs,
      prepareUpdate: prepareEphemeralContainers,
      validateUpdate: validateEphemeralContainersUpdate,
    },
    eviction: { verbs: ['create'], kind: { group: 'policy', version: 'v1', kind: 'Eviction' } },
    exec: { verbs: connectVerbs, kind: { group: '', version: 'v1', kind: 'PodExecOptions' } },
    log: { verbs: ['get'] },
    portforward: { verbs: connectVerbs, kind: { group: '', version: 'v1', kind: 'PodPortForwardOptions' } },
    proxy: { verbs: proxyVerbs, kind: { group: '', version: 'v1', kind: 'PodProxyOptions' } },
    resize: { verbs: readUpdateVerbs, prepareUpdate: prepareResize, validateUpdate: validateResize },
    status: { ...statusSubresource, prepareUpdate: preparePodStatus, validateUpdate: validatePodStatus },
  },
  columns: podColumns,
  selectableFields: {
    'spec.nodeName': selectable(({ spec }) => spec?.nodeName),
    'spec.restartPolicy': selectable(({ spec }) => spec?.restartPolicy),
    'spec.schedulerName': selectable(({ spec }) => spec?.schedulerName),
    'spec.serviceAccountName': selectable(({ spec }) => spec?.serviceAccountName),
    'spec.hostNetwork': selectable(({ spec }) => spec?.hostNetwork ?? false),
    'status.phase': selectable(({ status }) => status?.phase),
    'status.podIP': selectable(({ status }) => status?.podIP),
    'status.podIPs': selectable(() => ''), // accepted and never set, as upstream
    'status.nominatedNodeName': selectable(({ status }) => status?.nominatedNodeName),
  },
  defaults: defaultPod,
  prepareCreate: prepareNewPod,
  validate: ({ spec }) => validateOwnSpec(spec),
  validateCreate: validatePod,
  validateUpdate: validatePodUpdate,
  gracePeriodSeconds: podGracePeriodSeconds,
  warnings: podWarnings,
});
