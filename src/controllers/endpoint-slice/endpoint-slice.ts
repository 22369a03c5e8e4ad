import { node } from '../../api/core/node.ts';
import { pod } from '../../api/core/pod.ts';
import { service } from '../../api/core/service.ts';
import { endpointSlice } from '../../api/discovery/endpoint-slice.ts';
import type { Pod, Service } from '../../api/schema/generated/types/core-v1.ts';
import { selectorOfLabels } from '../../api/selectors/label-selector.ts';
import type { Client } from '../../client/client.ts';
import { changesOf, controller, done, mayWrite } from '../../controller-runtime/controller.ts';
import { controllerReference } from '../shared/claims.ts';
import { removeSlices, serviceKeyOf, slicesByService, slicesKey, writeSlices } from './act.ts';
import { managedByLabel, planSlices, type SliceMetadata, serviceNameLabel } from './plan.ts';
import { groupsOf, isHeadless, selectsPods } from './pods.ts';

const manager = 'endpointslice-controller.k8s.io';
const headlessLabel = 'service.kubernetes.io/headless';

/** Labels that say whose a slice is; a service's own labels of these names are not taken over. */
const reservedLabels: ReadonlySet<string> = new Set([managedByLabel, serviceNameLabel, headlessLabel]);

/** Keeps the endpoint slices of services that select pods. */
export const endpointSliceController = controller({
  name: 'endpointslice-controller',
  wakesOn: [changesOf(service), changesOf(pod, servicesOfPod), changesOf(endpointSlice, serviceKeyOf(manager))],
  reads: [node],
  writes: [mayWrite(endpointSlice, 'create', 'update', 'delete')],
  async reconcile(key, context) {
    const { client } = context;
    const object = client.view(service).get(key);
    const existing = client.view(endpointSlice).by(slicesByService, slicesKey(manager, key));
    if (!object || object.metadata.deletionTimestamp || !selectsPods(object)) {
      // Slices of a service that is gone go with their owner; those of one that selects no more are ours to remove.
      if (object && !object.metadata.deletionTimestamp && object.spec?.type !== 'ExternalName') return done;
      if (object) await removeSlices(existing, context);
      return done;
    }
    const groups = groupsOf(object, podsOf(object, client), (name) => client.view(node).get(name));
    await writeSlices(planSlices(groups, existing, metadataOf(object)), object, context);
    return done;
  },
});

function metadataOf(object: Service): SliceMetadata {
  const { name, namespace, labels } = object.metadata;
  const own = Object.entries(labels ?? {}).filter(([label]) => !reservedLabels.has(label));
  return {
    generateName: `${name}-`,
    ...(namespace && { namespace }),
    labels: {
      ...Object.fromEntries(own),
      [serviceNameLabel]: name ?? '',
      [managedByLabel]: manager,
      ...(isHeadless(object) && { [headlessLabel]: '' }),
    },
    ownerReferences: [controllerReference(service, object)],
  };
}

/** The pods that a service selects. */
export function podsOf(object: Service, client: Client): readonly Pod[] {
  const selector = selectorOfLabels(object.spec?.selector ?? {});
  return client
    .view(pod)
    .list(object.metadata.namespace)
    .filter(({ metadata }) => selector.matches(metadata.labels));
}

/** Keys of the services that select a pod. */
export function servicesOfPod({ metadata }: Pod, client: Client): readonly string[] {
  return client
    .view(service)
    .list(metadata.namespace)
    .filter((object) => selectsPods(object) && isSubset(object.spec?.selector ?? {}, metadata.labels ?? {}))
    .map((object) => `${object.metadata.namespace}/${object.metadata.name}`);
}

function isSubset(wanted: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  for (const name in wanted) if (labels[name] !== wanted[name]) return false;
  return true;
}
