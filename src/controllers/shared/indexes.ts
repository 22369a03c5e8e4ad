import { controllerOf, type KubeObject } from '../../api/object.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { Index } from '../../client/client.ts';

/** Objects by the uid of the owner that controls them. */
export const byController: Index<KubeObject> = {
  name: 'controller-uid',
  of(object) {
    const owner = controllerOf(object);
    return owner ? [owner.uid] : [];
  },
};

/** Objects that nobody controls, by namespace. */
export const orphansByNamespace: Index<KubeObject> = {
  name: 'orphans-by-namespace',
  of: (object) => (controllerOf(object) ? [] : [object.metadata.namespace ?? '']),
};

/** Pods by the node they are bound to; '' for those that are not. */
export const podsByNode: Index<Pod> = {
  name: 'pods-by-node',
  of: (pod) => [pod.spec?.nodeName ?? ''],
};

/** Pods by `namespace/claim` of the persistent volume claims they use, ephemeral ones included. */
export const podsByClaim: Index<Pod> = {
  name: 'pods-by-claim',
  of: (pod) => claimKeysOf(pod),
};

/** `namespace/name` of all persistent volume claims that the pod uses. */
export function claimKeysOf(pod: Pod): readonly string[] {
  const names = (pod.spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral ? [`${pod.metadata.name}-${volume.name}`] : [];
  });
  return names.map((name) => `${pod.metadata.namespace}/${name}`);
}
