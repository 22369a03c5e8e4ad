import { persistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts';
import { pod } from '../../api/core/pod.ts';
import { controllerOf, keyOf } from '../../api/object.ts';
import type { Volume } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import { changesOf, controller, done, mayWrite } from '../../controller-runtime/controller.ts';
import { controllerReference } from '../shared/claims.ts';
import { isNamespaceTerminating } from '../shared/pod-control.ts';
import { isTerminal } from '../shared/pods.ts';

const isEphemeral = ({ ephemeral }: Volume) => ephemeral !== undefined;

/** Makes the claims of generic ephemeral volumes; they belong to their pod and go with it. */
export const ephemeralVolumeController = controller({
  name: 'ephemeral-volume-controller',
  wakesOn: [changesOf(pod, (object) => (object.spec?.volumes?.some(isEphemeral) ? [keyOf(object)] : []))],
  reads: [persistentVolumeClaim],
  writes: [mayWrite(persistentVolumeClaim, 'create')],
  async reconcile(key, { client, events, signal }) {
    const object = client.view(pod).get(key);
    if (!object || object.metadata.deletionTimestamp || isTerminal(object)) return done;
    const { namespace } = object.metadata;
    for (const volume of object.spec?.volumes ?? []) {
      const template = volume.ephemeral?.volumeClaimTemplate;
      if (!template) continue;
      const name = `${object.metadata.name}-${volume.name}`;
      const existing = client.view(persistentVolumeClaim).get(`${namespace}/${name}`);
      if (existing) {
        if (controllerOf(existing)?.uid === object.metadata.uid) continue;
        throw new Error(`PVC ${namespace}/${name} was not created for pod ${key} (pod is not owner)`);
      }
      const { labels, annotations } = template.metadata ?? {};
      const metadata = {
        name,
        ...(namespace && { namespace }),
        ...(labels && { labels }),
        ...(annotations && { annotations }),
        ownerReferences: [controllerReference(pod, object)],
      };
      try {
        await client.create(persistentVolumeClaim, { metadata, spec: template.spec }, { signal });
      } catch (error) {
        if (isNamespaceTerminating(error)) return done;
        if (isApiError(error, 'AlreadyExists')) continue;
        const message = `ephemeral volume ${volume.name}: ${error instanceof Error ? error.message : String(error)}`;
        if (!signal.aborted) events.record(object, { type: 'Warning', reason: 'FailedCreate', message });
        throw error;
      }
    }
    return done;
  },
});
