import { endpoints } from '../../api/core/endpoints.ts';
import { pod } from '../../api/core/pod.ts';
import { service } from '../../api/core/service.ts';
import { refOf } from '../../api/object.ts';
import type { Endpoints, Service } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import { changesOf, controller, done, mayWrite } from '../../controller-runtime/controller.ts';
import { podsOf, servicesOfPod } from '../endpoint-slice/endpoint-slice.ts';
import { isHeadless, selectsPods } from '../endpoint-slice/pods.ts';
import { isNamespaceTerminating } from '../shared/pod-control.ts';
import { sameValue } from '../shared/status.ts';
import { subsetsOf } from './plan.ts';

const endpointsManagedByLabel = 'endpoints.kubernetes.io/managed-by';
const manager = 'endpoint-controller';
const headlessLabel = 'service.kubernetes.io/headless';
const overCapacityAnnotation = 'endpoints.kubernetes.io/over-capacity';

/** Keeps the older Endpoints objects of services that select pods. */
export const endpointsController = controller({
  name: 'endpoint-controller',
  wakesOn: [changesOf(service), changesOf(pod, servicesOfPod), changesOf(endpoints)],
  writes: [mayWrite(endpoints, 'create', 'update', 'delete')],
  async reconcile(key, context) {
    const { client, signal } = context;
    const object = client.view(service).get(key);
    const existing = client.view(endpoints).get(key);
    if (!object) {
      // Only what this controller made goes with the service; leader-election records and users' own endpoints stay.
      if (existing?.metadata.labels?.[endpointsManagedByLabel] === manager)
        await client.delete(endpoints, refOf(key), { signal }).catch((error: unknown) => {
          if (!isApiError(error, 'NotFound')) throw error;
        });
      return done;
    }
    if (object.metadata.deletionTimestamp || !selectsPods(object)) return done;
    const { subsets, isTruncated } = subsetsOf(object, podsOf(object, client));
    const labels = labelsOf(object);
    const annotations = annotationsOf(existing, isTruncated);
    if (
      existing &&
      sameValue(existing.subsets ?? [], subsets) &&
      sameValue(existing.metadata.labels ?? {}, labels) &&
      sameValue(existing.metadata.annotations ?? {}, annotations)
    )
      return done;
    try {
      if (existing)
        await client.update(
          endpoints,
          { ...existing, metadata: { ...existing.metadata, labels, annotations }, subsets },
          { signal },
        );
      else await client.create(endpoints, { metadata: { ...refOf(key), labels, annotations }, subsets }, { signal });
    } catch (error) {
      if (isNamespaceTerminating(error)) return done;
      if (!signal.aborted && !isApiError(error, 'Conflict', 'AlreadyExists')) {
        const verb = existing ? 'update' : 'create';
        const message = `Failed to ${verb} endpoint ${key}: ${toError(error).message}`;
        const reason = existing ? 'FailedToUpdateEndpoint' : 'FailedToCreateEndpoint';
        context.events.record(existing ?? object, { type: 'Warning', reason, message });
      }
      throw error;
    }
    return done;
  },
});

function labelsOf(object: Service): Readonly<Record<string, string>> {
  const { [headlessLabel]: _headless, ...own } = object.metadata.labels ?? {};
  return { ...own, ...(isHeadless(object) && { [headlessLabel]: '' }), [endpointsManagedByLabel]: manager };
}

function annotationsOf(existing: Endpoints | undefined, isTruncated: boolean): Readonly<Record<string, string>> {
  const { [overCapacityAnnotation]: _over, ...kept } = existing?.metadata.annotations ?? {};
  return { ...kept, ...(isTruncated && { [overCapacityAnnotation]: 'truncated' }) };
}
