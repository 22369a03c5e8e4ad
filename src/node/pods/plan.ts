import type { Action, CrashBackoff, Pod, PodMemory, PodStage, PodView, Step } from './types.ts';

/** Collects what one step decides; the rules in step.ts and terminate.ts write to it. */
export class Plan {
  readonly pod: Pod;
  readonly view: PodView;
  readonly nowMs: number;
  readonly memory: PodMemory;
  readonly actions: Action[] = [];
  readonly crashBackoffs: Map<string, CrashBackoff>;
  #recheckAtMs: number | undefined;

  constructor(pod: Pod, view: PodView, nowMs: number, memory: PodMemory) {
    this.pod = pod;
    this.view = view;
    this.nowMs = nowMs;
    this.memory = memory;
    this.crashBackoffs = new Map(memory.crashBackoffs);
  }

  recheckAt(atMs: number): void {
    this.#recheckAtMs = Math.min(this.#recheckAtMs ?? Number.POSITIVE_INFINITY, atMs);
  }

  /** True when the last setback's waiting time is over; otherwise plans the next look. */
  due(retryAtMs: number | undefined): boolean {
    if (retryAtMs === undefined || retryAtMs <= this.nowMs) return true;
    this.recheckAt(retryAtMs);
    return false;
  }

  result(next: PodStage): Step {
    const { actions, crashBackoffs } = this;
    return { next, actions, recheckAtMs: this.#recheckAtMs, crashBackoffs };
  }
}

export function graceOf(pod: Pod): number {
  return pod.spec?.terminationGracePeriodSeconds ?? 30;
}
