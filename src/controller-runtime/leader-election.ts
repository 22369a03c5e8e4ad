import type { Kind } from '../api/kind.ts';
import { type Draft, draftOf, formatMicroTime } from '../api/object.ts';
import type { Lease } from '../api/schema/generated/types/coordination-v1.ts';
import { isApiError } from '../api/status.ts';
import { type Clock, sleep } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Client } from '../client/client.ts';

export interface LeaderElectionOptions {
  readonly client: Client;
  /** The descriptor of coordination.k8s.io/v1 Lease. */
  readonly leaseKind: Kind<Lease>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly namespace: string;
  readonly name: string;
  /** Who we are; must differ between servers and between starts of one server. */
  readonly identity: string;
  /** Others take over when the lease was not renewed for this long. Default: 15,000. */
  readonly leaseDurationMs?: number;
  /** We step down when we could not renew for this long; less than the lease's duration. Default: 10,000. */
  readonly renewDeadlineMs?: number;
  /** Between tries. Default: 2,000. */
  readonly retryPeriodMs?: number;
}

/** What was seen of the lease, with the monotonic time when it last changed: other machines' clocks are not trusted. */
interface Observed {
  readonly version: string;
  readonly atMs: number;
}

/**
 * Calls `lead` each time this process becomes the leader, with a signal that aborts when it no longer is, until `signal`
 * aborts; then gives the lease back, so that another server need not wait. `lead` must end soon after its signal.
 */
export async function runWhenLeader(
  options: LeaderElectionOptions,
  lead: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log, leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options;
  let observed: Observed | undefined;

  /** Takes or renews the lease; false: somebody else holds it. */
  async function tryHold(): Promise<boolean> {
    const ref = { namespace: options.namespace, name: options.name };
    let lease: Lease;
    try {
      lease = await options.client.get(options.leaseKind, ref, { signal });
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error;
      await options.client.create(
        options.leaseKind,
        { metadata: ref, spec: held(undefined, options.identity, leaseDurationMs, clock.now()) },
        { signal },
      );
      return true;
    }
    const version = lease.metadata.resourceVersion ?? '';
    if (observed?.version !== version) observed = { version, atMs: clock.monotonic() };
    const holder = lease.spec?.holderIdentity ?? '';
    const theirsMs = (lease.spec?.leaseDurationSeconds ?? leaseDurationMs / 1_000) * 1_000;
    if (holder && holder !== options.identity && clock.monotonic() < observed.atMs + theirsMs) return false;
    const next: Draft<Lease> = draftOf(lease);
    next.spec = held(lease, options.identity, leaseDurationMs, clock.now());
    await options.client.update(options.leaseKind, next, { signal });
    return true;
  }

  async function release(): Promise<void> {
    const ref = { namespace: options.namespace, name: options.name };
    const lease = await options.client.get(options.leaseKind, ref);
    if (lease.spec?.holderIdentity !== options.identity) return;
    const next: Draft<Lease> = draftOf(lease);
    const { holderIdentity: _ours, ...spec } = next.spec ?? {};
    next.spec = { ...spec, leaseDurationSeconds: 1, renewTime: formatMicroTime(clock.now()) };
    await options.client.update(options.leaseKind, next);
  }

  while (!signal.aborted) {
    const isLeader = await tryHold().catch((error: unknown) => {
      if (!signal.aborted && !isApiError(error, 'Conflict', 'AlreadyExists')) log.warn('cannot take lease', { error });
      return false;
    });
    if (!isLeader) {
      await pause(clock, retryPeriodMs, signal);
      continue;
    }
    log.info('became leader', { lease: options.name, identity: options.identity });
    const term = new AbortController();
    const leading = lead(AbortSignal.any([signal, term.signal]));
    // A `lead` that fails ends the term at once; its error is reported where it is awaited below.
    leading.catch(() => term.abort());
    let renewedAtMs = clock.monotonic();
    while (!signal.aborted && !term.signal.aborted) {
      await pause(clock, retryPeriodMs, AbortSignal.any([signal, term.signal]));
      if (signal.aborted || term.signal.aborted) break;
      try {
        if (!(await tryHold())) break;
        renewedAtMs = clock.monotonic();
      } catch (error) {
        log.warn('cannot renew lease', { error });
        if (clock.monotonic() - renewedAtMs >= renewDeadlineMs) break;
      }
    }
    if (!signal.aborted) log.warn('no longer leader', { lease: options.name });
    term.abort();
    await leading;
    if (signal.aborted) await release().catch((error: unknown) => log.warn('cannot give lease back', { error }));
  }
}

function held(
  old: Lease | undefined,
  identity: string,
  durationMs: number,
  nowMs: number,
): Draft<NonNullable<Lease['spec']>> {
  const ours = old?.spec?.holderIdentity === identity;
  const now = formatMicroTime(nowMs);
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(durationMs / 1_000),
    acquireTime: (ours && old?.spec?.acquireTime) || now,
    renewTime: now,
    leaseTransitions: (old?.spec?.leaseTransitions ?? 0) + (old && !ours ? 1 : 0),
  };
}

/** Sleeps; an abort ends it early and is no error. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(clock, ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
