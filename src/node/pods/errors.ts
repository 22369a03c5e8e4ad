/**
 * Something a pod needs is missing or refused for now; the pod waits with this reason and it is tried again.
 * `reason` appears as the container's waiting reason or as the event's.
 */
export class NotYet extends Error {
  readonly reason: string;
  /** When to try again; undefined: after the usual, growing delay. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, message: string, options?: { readonly cause?: unknown; readonly retryAfterMs?: number }) {
    super(message, options);
    this.name = 'NotYet';
    this.reason = reason;
    this.retryAfterMs = options?.retryAfterMs;
  }
}
