import { persistentVolume } from '../../api/core/persistent-volume.ts';
import { persistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts';
import { pod } from '../../api/core/pod.ts';
import type { Kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import type { PersistentVolume, Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { Client } from '../../client/client.ts';
import {
  type Controller,
  changesOf,
  controller,
  done,
  mayWrite,
  type Wake,
} from '../../controller-runtime/controller.ts';
import { claimKeysOf, podsByClaim } from '../shared/indexes.ts';
import { isTerminal } from '../shared/pods.ts';

/** Claims stay until no pod uses them. */
export const claimProtection = protection<KubeObject>({
  name: 'pvc-protection-controller',
  kind: persistentVolumeClaim,
  finalizer: 'kubernetes.io/pvc-protection',
  wakesOn: [changesOf(pod, claimKeysOf)],
  isUsed: (_claim, key, client) => client.view(pod).by(podsByClaim, key).some(usesVolumes),
});

/** Volumes stay until they are not bound. */
export const volumeProtection = protection<PersistentVolume>({
  name: 'pv-protection-controller',
  kind: persistentVolume,
  finalizer: 'kubernetes.io/pv-protection',
  wakesOn: [],
  isUsed: ({ status }) => status?.phase === 'Bound',
});

/** A pod that has ended, or was never bound to a node, holds nothing. */
function usesVolumes(object: Pod): boolean {
  return !isTerminal(object) && Boolean(object.spec?.nodeName);
}

function protection<T extends KubeObject>(options: {
  readonly name: string;
  readonly kind: Kind<T>;
  readonly finalizer: string;
  readonly wakesOn: readonly Wake[];
  isUsed(object: T, key: string, client: Client): boolean;
}): Controller {
  const { name, kind, finalizer } = options;
  return controller({
    name,
    wakesOn: [changesOf(kind), ...options.wakesOn],
    writes: [mayWrite(kind, 'update')],
    async reconcile(key, { client, signal }) {
      const object = client.view(kind).get(key);
      if (!object) return done;
      const { metadata } = object;
      const isHeld = metadata.finalizers?.includes(finalizer) === true;
      const isLeaving = metadata.deletionTimestamp !== undefined;
      if (isHeld !== isLeaving) return done;
      if (isLeaving && options.isUsed(object, key, client)) return done;
      const finalizers = isLeaving
        ? (metadata.finalizers ?? []).filter((other) => other !== finalizer)
        : [...(metadata.finalizers ?? []), finalizer];
      await client.update(kind, { ...object, metadata: { ...metadata, finalizers } }, { signal });
      return done;
    },
  });
}
