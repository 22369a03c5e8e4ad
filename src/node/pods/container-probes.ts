import { Prober } from '../probes/prober.ts';
import { recordAbout } from './actions.ts';
import { initContainers, isSidecar, latestOf, mainContainers } from './containers.ts';
import type { NodeContext } from './context.ts';
import type { Container, ContainerView, Pod, PodView, ProbeFindings } from './types.ts';

/** Address at which a pod's handlers find it. */
export function probeAddress(context: NodeContext, pod: Pod, view: PodView): string {
  const ips = pod.spec?.hostNetwork ? context.facts.hostIps : (view.sandboxes[0]?.ips ?? []);
  return ips[0] ?? '';
}

/** The probers of one pod: one for each running container that lasts. */
export class ContainerProbes {
  readonly #context: NodeContext;
  readonly #onChange: () => void;
  readonly #probers = new Map<string, Prober>();
  #ending = false;

  constructor(context: NodeContext, onChange: () => void) {
    this.#context = context;
    this.#onChange = onChange;
  }

  /** What is known of each running container, by its id. */
  get findings(): ReadonlyMap<string, ProbeFindings> {
    return new Map([...this.#probers].map(([id, prober]) => [id, prober.findings]));
  }

  /** Begins with containers that run now, ends with those that do not any more. */
  tend(pod: Pod, view: PodView): void {
    const alive = new Set<string>();
    for (const container of [...initContainers(pod).filter(isSidecar), ...mainContainers(pod)]) {
      const running = latestOf(view, container.name);
      if (running?.state !== 'running') continue;
      alive.add(running.id);
      if (!this.#probers.has(running.id)) this.#start(container, running, { pod, view });
    }
    for (const [id, prober] of this.#probers) {
      if (alive.has(id)) continue;
      prober.stop();
      this.#probers.delete(id);
    }
  }

  /** The pod is being ended: nothing is found unhealthy any more. */
  stopKilling(): void {
    this.#ending = true;
    for (const prober of this.#probers.values()) prober.stopKilling();
  }

  stop(): void {
    for (const prober of this.#probers.values()) prober.stop();
  }

  #start(
    container: Container,
    running: ContainerView,
    { pod, view }: { readonly pod: Pod; readonly view: PodView },
  ): void {
    const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
    const before = statuses.find(({ containerID }) => containerID === `containerd://${running.id}`);
    const prober = new Prober({
      target: {
        cri: this.#context.cri,
        container,
        containerId: running.id,
        ip: probeAddress(this.#context, pod, view),
      },
      clock: this.#context.clock,
      startedAtMs: running.startedAtMs,
      ...(before && { initial: { started: before.started ?? false, ready: before.ready } }),
      onFindings: this.#onChange,
      onUnhealthy: (type, { outcome, output }) => {
        const reason = outcome === 'warning' ? 'ProbeWarning' : 'Unhealthy';
        const word = outcome === 'warning' ? 'warning' : 'failed';
        recordAbout(this.#context, pod, container, {
          type: 'Warning',
          reason,
          message: `${type} probe ${word}: ${output}`,
        });
      },
    });
    this.#probers.set(running.id, prober);
    prober.start();
    if (this.#ending) prober.stopKilling();
  }
}
