import { recordAbout } from './actions.ts';
import { initContainers, latestOf, mainContainers } from './containers.ts';
import type { NodeContext } from './context.ts';
import type { Pod, PodMemory, PodView } from './types.ts';

/** Ended containers that have been told of; more than a pod has, however often it crashes between two looks. */
const maxRemembered = 1000;

/** Says once for each ended container that its restart waits: the event `BackOff`, as the kubelet words it. */
export class BackoffEvents {
  readonly #context: NodeContext;
  readonly #said = new Set<string>();

  constructor(context: NodeContext) {
    this.#context = context;
  }

  say(pod: Pod, view: PodView, backoffs: PodMemory['crashBackoffs']): void {
    for (const container of [...initContainers(pod), ...mainContainers(pod)]) {
      const backoff = backoffs.get(container.name);
      const ended = latestOf(view, container.name);
      if (!backoff || backoff.delayMs === 0 || ended?.state !== 'exited' || this.#said.has(ended.id)) continue;
      if (this.#said.size > maxRemembered) this.#said.clear();
      this.#said.add(ended.id);
      const { name, namespace, uid } = pod.metadata;
      const message = `Back-off restarting failed container ${container.name} in pod ${name}_${namespace}(${uid})`;
      recordAbout(this.#context, pod, container, { type: 'Warning', reason: 'BackOff', message });
    }
  }
}
