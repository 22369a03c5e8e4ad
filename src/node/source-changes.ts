import { configMap } from '../api/core/config-map.ts';
import { secret } from '../api/core/secret.ts';
import type { KubeObject } from '../api/object.ts';
import type { Pod, Volume } from '../api/schema/generated/types/core-v1.ts';
import type { Logger } from '../base/log.ts';
import type { Client } from '../client/client.ts';
import type { PodManager } from './pods/manager.ts';

/**
 * Brings changes of config maps and secrets to the pods that use them at once. A node that may not watch all of them
 * (a remote one) still finds changes: volumes look for themselves every minute. Returns how to stop.
 */
export function followSources(
  client: Client,
  manager: Pick<PodManager, 'list' | 'byUid'>,
  signal: AbortSignal,
  log: Logger,
): () => void {
  const follow = (
    kind: typeof configMap | typeof secret,
    uses: (volume: Volume) => readonly (string | undefined)[],
  ) => {
    const view = client.view<KubeObject>(kind);
    view.ready(signal).catch((error: unknown) => {
      if (!signal.aborted) log.debug('changes are found by looking every minute', { kind: kind.plural, error });
    });
    return view.onChange(({ object }) => {
      for (const pod of manager.list()) {
        if (pod.metadata.namespace !== object.metadata.namespace) continue;
        const worker = manager.byUid(pod.metadata.uid ?? '');
        if (volumesUse(pod, uses, object.metadata.name)) worker?.refreshVolumes();
        if (isWaiting(pod)) worker?.retryNow();
      }
    });
  };
  const stops = [
    follow(configMap, (volume) => [
      volume.configMap?.name,
      ...(volume.projected?.sources ?? []).map((source) => source.configMap?.name),
    ]),
    follow(secret, (volume) => [
      volume.secret?.secretName,
      ...(volume.projected?.sources ?? []).map((source) => source.secret?.name),
    ]),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function volumesUse(
  pod: Pod,
  uses: (volume: Volume) => readonly (string | undefined)[],
  name: string | undefined,
): boolean {
  return name !== undefined && (pod.spec?.volumes ?? []).some((volume) => uses(volume).includes(name));
}

/** Something of the pod has not started; perhaps for want of this object. */
function isWaiting({ status }: Pod): boolean {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].some(
    ({ state }) => state?.waiting,
  );
}
