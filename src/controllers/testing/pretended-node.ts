import { node as nodeKind } from '../../api/core/node.ts';
import { pod as podKind } from '../../api/core/pod.ts';
import { formatTime, keyOf, refOf } from '../../api/object.ts';
import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import type { CachedRegistry } from '../../apiserver/registry/registry.ts';
import type { Clock } from '../../base/clock.ts';
import type { Client } from '../../client/client.ts';

/** On pods that the pretended node must start but leave unready, or not start at all. */
export const behaviourAnnotation = 'test/behaviour';

/** Binds pods to the nodes there are, in turn, and plays their node agents. Returns how to stop. */
export async function startPretendedNode(options: {
  registry: CachedRegistry;
  client: Client;
  clock: Clock;
}): Promise<() => void> {
  const { registry, client, clock } = options;
  const pods = client.view(podKind);
  await Promise.all([pods.ready(), client.view(nodeKind).ready()]);
  const stop = new AbortController();
  const context = {
    user: { name: 'system:node:pretended', groups: [] },
    signal: stop.signal,
    dryRun: false,
    fieldManager: 'kubelet',
    fieldValidation: 'Ignore' as const,
    warn: () => undefined,
  };
  let turn = 0;
  let addresses = 0;

  async function act(pod: Pod): Promise<void> {
    const ref = refOf(keyOf(pod));
    const nodes = client.view(nodeKind).list();
    if (!pod.spec?.nodeName) {
      const pinned = affinityNode(pod);
      const chosen = pinned ?? nodes[turn++ % nodes.length]?.metadata.name;
      if (!chosen || pod.metadata.deletionTimestamp || pod.spec?.schedulingGates?.length) return;
      await registry.modify(
        podKind,
        ref,
        (draft) => {
          draft.spec = { ...draft.spec, containers: draft.spec?.containers ?? [], nodeName: chosen };
        },
        context,
      );
      return;
    }
    if (pod.metadata.deletionTimestamp) {
      if (pod.metadata.annotations?.[behaviourAnnotation] === 'stuck') return;
      await client.delete(podKind, ref, { gracePeriodSeconds: 0 });
      return;
    }
    if (pod.status?.phase === 'Running' || pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return;
    const behaviour = pod.metadata.annotations?.[behaviourAnnotation];
    if (behaviour === 'pending') return;
    const now = formatTime(clock.now());
    const isReady = behaviour !== 'unready';
    const podIP = `10.42.${(addresses >> 8) & 255}.${addresses++ & 255}`;
    await registry.modify(
      podKind,
      { ...ref, subresource: 'status' },
      (draft) => {
        draft.status = {
          phase: 'Running',
          podIP,
          podIPs: [{ ip: podIP }],
          startTime: now,
          conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: now }],
        };
      },
      context,
    );
  }

  const start = (pod: Pod) => {
    act(pod).catch((error: unknown) => {
      if (!stop.signal.aborted && !isApiError(error, 'NotFound', 'Conflict')) throw error;
    });
  };
  const unsubscribe = pods.onChange((change) => {
    if (change.type !== 'deleted') setImmediate(() => start(change.object));
  });
  return () => {
    stop.abort();
    unsubscribe();
  };
}

/** Daemon set pods name their node by affinity. */
function affinityNode(pod: Pod): string | undefined {
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.[0]?.matchFields?.find(({ key }) => key === 'metadata.name')?.values?.[0];
}

/** What a node agent would report when the pod's containers have ended. */
export async function endPod(
  client: Client,
  pod: Pod,
  outcome: { readonly phase: 'Succeeded' | 'Failed'; readonly exitCode?: number; readonly atMs: number },
): Promise<void> {
  const finishedAt = formatTime(outcome.atMs);
  const exitCode = outcome.exitCode ?? (outcome.phase === 'Failed' ? 1 : 0);
  const current = await client.get(podKind, refOf(keyOf(pod)));
  const containerStatuses = (current.spec?.containers ?? []).map(({ name, image = '' }) => ({
    name,
    image,
    imageID: '',
    ready: false,
    restartCount: 0,
    state: { terminated: { exitCode, finishedAt } },
  }));
  const status = { ...current.status, phase: outcome.phase, containerStatuses };
  await client.update(podKind, { ...current, status }, { subresource: 'status' });
}
