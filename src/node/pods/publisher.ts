import { pod as podKind } from '../../api/core/pod.ts';
import type { PodCondition } from '../../api/schema/generated/types/core-v1.ts';
import { isApiError } from '../../api/status.ts';
import { type Clock, pause } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import type { Pod, PodStatus } from './types.ts';

export interface PublisherOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const retryFirstMs = 200;
const retryLongestMs = 10_000;

/** Brings one pod's status to the API: at once, one request at a time, always the newest, again until it is taken. */
export class StatusPublisher {
  readonly #options: PublisherOptions;
  #wanted: { readonly pod: Pod; readonly status: PodStatus; readonly text: string } | undefined;
  #sent = '';
  #sending: Promise<void> | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  publish(pod: Pod, status: PodStatus): void {
    // With the uid: a mirror pod that was made again has no status yet.
    const text = `${pod.metadata.uid} ${JSON.stringify(status)}`;
    if (text === (this.#wanted?.text ?? this.#sent)) return;
    this.#wanted = { pod, status, text };
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Resolves when everything published so far has been taken, or the agent stops. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    const { client, clock, log, signal } = this.#options;
    for (let delayMs = retryFirstMs; this.#wanted && !signal.aborted; ) {
      const { pod, status, text } = this.#wanted;
      try {
        const { namespace = '', name = '' } = pod.metadata;
        await client.patch(
          podKind,
          { namespace, name },
          { type: 'strategic', body: statusPatch(pod, status) },
          { subresource: 'status', signal },
        );
      } catch (error) {
        if (signal.aborted) return;
        // Deleted, or another pod of that name: nobody wants this status any more.
        if (!isApiError(error, 'NotFound', 'Conflict')) {
          log.warn('cannot publish the status of a pod', {
            pod: pod.metadata.name,
            namespace: pod.metadata.namespace,
            error,
          });
          await pause(clock, delayMs, signal);
          delayMs = Math.min(delayMs * 2, retryLongestMs);
          continue;
        }
      }
      this.#sent = text;
      delayMs = retryFirstMs;
      if (this.#wanted.text === text) this.#wanted = undefined;
    }
  }
}

/** Members that are taken out when the new status has none. */
const optionalMembers = ['reason', 'message', 'podIP', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

/** A strategic merge patch: conditions of others stay, lists of ours are replaced whole, the uid guards against a namesake. */
function statusPatch(pod: Pod, status: PodStatus): Record<string, unknown> {
  const body: Record<string, unknown> = { ...status };
  for (const member of optionalMembers)
    if (status[member] === undefined && pod.status?.[member] !== undefined) body[member] = null;
  if (status.podIPs) body['podIPs'] = [...status.podIPs, { $patch: 'replace' }];
  if (status.hostIPs) body['hostIPs'] = [...status.hostIPs, { $patch: 'replace' }];
  body['conditions'] = (status.conditions ?? []).filter(({ type }) => ownConditions.has(type)).map(withoutLeftovers);
  return { metadata: { uid: pod.metadata.uid }, status: body };
}

/** What the node agent alone decides; all others belong to others. */
export const ownConditions: ReadonlySet<string> = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
]);

/** Merged by type: a reason or message that is gone must be taken out by name. */
function withoutLeftovers(condition: PodCondition): Record<string, unknown> {
  return { reason: null, message: null, ...condition };
}
