import type { Arguments } from '../settings/arguments.ts';

/** How many requests at once, and for how long. */
export interface RequestSettings {
  /** Reads at once. With priority and fairness, the sum of both numbers is what the levels share. */
  readonly maxRequestsInflight: number;
  /** Writes at once. */
  readonly maxMutatingRequestsInflight: number;
  readonly priorityAndFairness: boolean;
  /** For everything but watches and streams. */
  readonly timeoutMs: number;
  /** How long the server goes on serving when `/readyz` fails already. */
  readonly shutdownDelayMs: number;
  /** Answers under `/debug/pprof/`. Upstream's default is true. */
  readonly profiling: boolean;
}

export function readRequestSettings(args: Arguments): RequestSettings {
  const maxRequestsInflight = args.wholeNumber('max-requests-inflight') ?? 400;
  const maxMutatingRequestsInflight = args.wholeNumber('max-mutating-requests-inflight') ?? 200;
  if (maxRequestsInflight + maxMutatingRequestsInflight === 0)
    args.problem('max-requests-inflight', '0', 'must not be 0 together with max-mutating-requests-inflight');
  const timeoutMs = args.durationMs('request-timeout') ?? 60_000;
  if (timeoutMs < 1000) args.problem('request-timeout', `${timeoutMs}ms`, 'must be at least 1s');
  return {
    maxRequestsInflight,
    maxMutatingRequestsInflight,
    priorityAndFairness: args.switch('enable-priority-and-fairness') ?? true,
    timeoutMs,
    shutdownDelayMs: args.durationMs('shutdown-delay-duration') ?? 0,
    profiling: args.switch('profiling') ?? false,
  };
}
