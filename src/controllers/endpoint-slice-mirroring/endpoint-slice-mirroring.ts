import { endpoints } from '../../api/core/endpoints.ts';
import { service } from '../../api/core/service.ts';
import { endpointSlice } from '../../api/discovery/endpoint-slice.ts';
import type { Endpoints } from '../../api/schema/generated/types/core-v1.ts';
import { changesOf, controller, done, mayWrite } from '../../controller-runtime/controller.ts';
import { removeSlices, serviceKeyOf, slicesByService, slicesKey, writeSlices } from '../endpoint-slice/act.ts';
import { managedByLabel, planSlices, type SliceMetadata, serviceNameLabel } from '../endpoint-slice/plan.ts';
import { controllerReference } from '../shared/claims.ts';
import { groupsOfSubsets, isMirrored } from './plan.ts';

const manager = 'endpointslicemirroring-controller.k8s.io';

/** Annotations that say something about the Endpoints object itself. */
const ownAnnotations: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'endpoints.kubernetes.io/last-change-trigger-time',
]);

/** Copies Endpoints that users keep by hand, for services without a selector, into endpoint slices. */
export const endpointSliceMirroringController = controller({
  name: 'endpointslicemirroring-controller',
  wakesOn: [changesOf(endpoints), changesOf(service), changesOf(endpointSlice, serviceKeyOf(manager))],
  writes: [mayWrite(endpointSlice, 'create', 'update', 'delete')],
  async reconcile(key, context) {
    const { client } = context;
    const object = client.view(endpoints).get(key);
    const owner = client.view(service).get(key);
    const existing = client.view(endpointSlice).by(slicesByService, slicesKey(manager, key));
    const hasSelector = Object.keys(owner?.spec?.selector ?? {}).length > 0;
    if (!object || !owner || hasSelector || object.metadata.deletionTimestamp || !isMirrored(object)) {
      await removeSlices(existing, context);
      return done;
    }
    await writeSlices(planSlices(groupsOfSubsets(object), existing, metadataOf(object)), object, context);
    return done;
  },
});

function metadataOf(object: Endpoints): SliceMetadata {
  const { name, namespace, labels, annotations } = object.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([annotation]) => !ownAnnotations.has(annotation));
  return {
    generateName: `${name}-`,
    ...(namespace && { namespace }),
    labels: { ...labels, [serviceNameLabel]: name ?? '', [managedByLabel]: manager },
    ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
    ownerReferences: [controllerReference(endpoints, object)],
  };
}
