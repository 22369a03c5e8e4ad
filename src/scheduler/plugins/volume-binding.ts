import { compileNodeSelector } from '../../api/core/node-selection.ts';
import type { PersistentVolumeClaim, Pod } from '../../api/schema/generated/types/core-v1.ts';
import type { Rejection, SchedulerPlugin } from '../plugin.ts';
import type { World } from '../world.ts';

const noProvisioner = 'kubernetes.io/no-provisioner';

/**
 * The pod's claims are bound, and their volumes can be reached from the node; or they wait for the pod and can still be
 * bound. The claim controller binds when it sees the annotation `volume.kubernetes.io/selected-node`.
 */
export const volumeBinding: SchedulerPlugin = {
  name: 'VolumeBinding',
  wakesOn: ['volume-changed', 'node-changed'],
  prepare(pod, world) {
    const names = claimNames(pod);
    if (names.length === 0) return undefined;
    const claims = names.map((name) => world.claim(pod.metadata.namespace ?? '', name));
    const problem = impossible(names, claims, world);
    if (problem) return { filter: () => problem };
    const tests = claims.flatMap((claim) => {
      const affinity = world.volume(claim?.spec?.volumeName ?? '')?.spec?.nodeAffinity?.required;
      return affinity ? [compileNodeSelector(affinity)] : [];
    });
    const static_ = claims.filter(
      (claim) =>
        claim &&
        !claim.spec?.volumeName &&
        world.storageClass(claim.spec?.storageClassName ?? '')?.provisioner === noProvisioner,
    );
    return {
      filter({ node }) {
        if (!tests.every((test) => test(node))) return ["node(s) didn't match PersistentVolume's node affinity"];
        const free = static_.every((claim) =>
          world.volumes().some((volume) => {
            const { spec } = volume;
            if (spec?.storageClassName !== claim?.spec?.storageClassName || spec?.claimRef) return false;
            const required = spec?.nodeAffinity?.required;
            return !required || compileNodeSelector(required)(node);
          }),
        );
        return free ? undefined : ["node(s) didn't find available persistent volumes to bind"];
      },
    };
  },
};

/** Claims that wait for their pod to be placed. */
export function claimsToBind(pod: Pod, world: World): readonly PersistentVolumeClaim[] {
  return claimNames(pod).flatMap((name) => {
    const claim = world.claim(pod.metadata.namespace ?? '', name);
    return claim && !claim.spec?.volumeName ? [claim] : [];
  });
}

function claimNames(pod: Pod): readonly string[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral ? [`${pod.metadata.name}-${volume.name}`] : [];
  });
}

function impossible(
  names: readonly string[],
  claims: readonly (PersistentVolumeClaim | undefined)[],
  world: World,
): Rejection | undefined {
  const missing = names.find((_, at) => claims[at] === undefined);
  if (missing) return [`persistentvolumeclaim "${missing}" not found`];
  for (const claim of claims) {
    if (claim?.metadata.deletionTimestamp) return [`persistentvolumeclaim "${claim.metadata.name}" is being deleted`];
    if (claim?.status?.phase === 'Lost')
      return [
        `persistentvolumeclaim "${claim.metadata.name}" bound to non-existent persistentvolume "${claim.spec?.volumeName}"`,
      ];
    if (claim?.spec?.volumeName) continue;
    if (world.storageClass(claim?.spec?.storageClassName ?? '')?.volumeBindingMode !== 'WaitForFirstConsumer')
      return ['pod has unbound immediate PersistentVolumeClaims'];
  }
  return undefined;
}
