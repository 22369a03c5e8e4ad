import type { Probe } from '../../api/schema/generated/types/core-v1.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { Container, ProbeFindings } from '../pods/types.ts';
import { type Count, countResult, noCount } from './counter.ts';
import { type HandlerResult, type HandlerTarget, runHandler } from './handlers.ts';

export type ProbeType = 'Startup' | 'Liveness' | 'Readiness';

export interface ProberOptions {
  readonly target: HandlerTarget;
  readonly clock: Clock;
  readonly startedAtMs: number;
  /** What was known before, when the agent was restarted while the container ran. */
  readonly initial?: { readonly started: boolean; readonly ready: boolean };
  onFindings(findings: ProbeFindings): void;
  /** For the Unhealthy and ProbeWarning events. */
  onUnhealthy(type: ProbeType, result: HandlerResult): void;
}

/** Runs the probes of one running container: startup alone first, then liveness and readiness side by side. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #timers = new Map<ProbeType, Timer>();
  readonly #counts = new Map<ProbeType, Count>();
  readonly #stopped = new AbortController();
  #findings: ProbeFindings;

  constructor(options: ProberOptions) {
    this.#options = options;
    const { startupProbe, readinessProbe } = options.target.container;
    const started = !startupProbe || (options.initial?.started ?? false);
    const ready = started && (!readinessProbe || (options.initial?.ready ?? false));
    this.#findings = { started, ready, failed: undefined };
  }

  get findings(): ProbeFindings {
    return this.#findings;
  }

  start(): void {
    if (this.#findings.started) this.#startLasting();
    else this.#schedule('Startup', this.#container.startupProbe, true);
  }

  /** The container is being ended: it may no longer be found unhealthy, but still unready. */
  stopKilling(): void {
    for (const type of ['Startup', 'Liveness'] as const) {
      this.#timers.get(type)?.cancel();
      this.#timers.delete(type);
    }
  }

  stop(): void {
    this.#stopped.abort(new Error('the probe is no longer needed'));
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  get #container(): Container {
    return this.#options.target.container;
  }

  #startLasting(): void {
    this.#schedule('Liveness', this.#container.livenessProbe, true);
    this.#schedule('Readiness', this.#container.readinessProbe, true);
  }

  #schedule(type: ProbeType, probe: Probe | undefined, first: boolean): void {
    if (!probe || this.#stopped.signal.aborted) return;
    const { clock, startedAtMs } = this.#options;
    const delayMs = first
      ? Math.max(startedAtMs + (probe.initialDelaySeconds ?? 0) * 1000 - clock.now(), 0)
      : (probe.periodSeconds ?? 10) * 1000;
    const fire = () => {
      void this.#run(type, probe);
    };
    this.#timers.set(type, clock.after(delayMs, fire));
  }

  async #run(type: ProbeType, probe: Probe): Promise<void> {
    const { target } = this.#options;
    const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
    const begunMs = this.#options.clock.monotonic();
    const result = await runHandler(probe, target, { timeoutMs, signal: this.#stopped.signal });
    if (this.#stopped.signal.aborted || !this.#timers.has(type)) return;
    const success = result.outcome !== 'failure';
    if (result.outcome !== 'success') this.#options.onUnhealthy(type, result);
    const count = countResult(this.#counts.get(type) ?? noCount, success, probe);
    this.#counts.set(type, count);
    const again = this.#apply(type, probe, count);
    if (!again) return;
    // The period runs from start to start, as a ticker does.
    const spentMs = this.#options.clock.monotonic() - begunMs;
    const delayMs = Math.max((probe.periodSeconds ?? 10) * 1000 - spentMs, 0);
    this.#timers.set(
      type,
      this.#options.clock.after(delayMs, () => void this.#run(type, probe)),
    );
  }

  /** Draws the conclusion; false when this probe has said its last word about this container. */
  #apply(type: ProbeType, probe: Probe, { verdict }: Count): boolean {
    if (verdict === undefined) return true;
    if (type === 'Readiness') {
      this.#set({ ready: verdict });
      return true;
    }
    if (!verdict) {
      const message = `Container ${this.#container.name} failed ${type.toLowerCase()} probe`;
      this.#set({ failed: { message, graceSeconds: probe.terminationGracePeriodSeconds } });
      return false;
    }
    if (type === 'Liveness') return true;
    this.#set({ started: true, ready: !this.#container.readinessProbe });
    this.#startLasting();
    return false;
  }

  #set(change: Partial<ProbeFindings>): void {
    const next = { ...this.#findings, ...change };
    const same =
      next.started === this.#findings.started &&
      next.ready === this.#findings.ready &&
      next.failed === this.#findings.failed;
    this.#findings = next;
    if (!same) this.#options.onFindings(next);
  }
}
