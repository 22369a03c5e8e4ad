import { configMap } from '../../api/core/config-map.ts';
import { persistentVolumeClaim } from '../../api/core/persistent-volume-claim.ts';
import { secret } from '../../api/core/secret.ts';
import type { Kind } from '../../api/kind.ts';
import { runtimeClass } from '../../api/node/runtime-class.ts';
import { allContainers } from './containers.ts';
import type { Pod } from './types.ts';

export interface Reference {
  readonly kind: Pick<Kind, 'plural'>;
  readonly namespace?: string;
  readonly name: string;
}

/** The objects that a pod names and its node must read to run it; persistent volumes follow from the claims. Pure. */
export function referencesOf(pod: Pod): readonly Reference[] {
  const { namespace = '' } = pod.metadata;
  const named = (kind: Reference['kind'], names: readonly (string | undefined)[]) =>
    names.flatMap((name) => (name === undefined ? [] : [{ kind, namespace, name }]));
  const containers = allContainers(pod);
  const env = containers.flatMap((container) => container.env ?? []).map(({ valueFrom }) => valueFrom);
  const envFrom = containers.flatMap((container) => container.envFrom ?? []);
  const volumes = pod.spec?.volumes ?? [];
  const projections = volumes.flatMap(({ projected }) => projected?.sources ?? []);
  return [
    ...named(configMap, [
      ...env.map((source) => source?.configMapKeyRef?.name),
      ...envFrom.map((source) => source.configMapRef?.name),
      ...volumes.map((volume) => volume.configMap?.name),
      ...projections.map((source) => source.configMap?.name),
    ]),
    ...named(secret, [
      ...env.map((source) => source?.secretKeyRef?.name),
      ...envFrom.map((source) => source.secretRef?.name),
      ...volumes.map((volume) => volume.secret?.secretName),
      ...projections.map((source) => source.secret?.name),
      ...(pod.spec?.imagePullSecrets ?? []).map(({ name }) => name),
    ]),
    ...named(
      persistentVolumeClaim,
      volumes.map((volume) =>
        volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : volume.persistentVolumeClaim?.claimName,
      ),
    ),
    ...(pod.spec?.runtimeClassName ? [{ kind: runtimeClass, name: pod.spec.runtimeClassName }] : []),
  ];
}
