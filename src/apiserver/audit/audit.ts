import { ApiError } from '../../api/status.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { UserInfo } from '../contract.ts';
import type { ParsedRequest } from '../http/api-request.ts';
import type { Exchange } from '../http/exchange.ts';
import { Backend, type BackendOptions } from './backend.ts';
import type { AuditEvent } from './event.ts';
import { AuditMetrics } from './metrics.ts';
import { loadPolicy } from './policy.ts';
import type { AuditRecord } from './record.ts';
import { RequestRecord } from './request-record.ts';
import { planOf } from './rules.ts';
import type { AuditSettings } from './settings.ts';
import { openLogSink, openWebhookSink } from './sinks.ts';
import { encodeEvent } from './truncate.ts';

/** The audit log of a server. */
export interface Audit {
  /** Undefined: the policy wants nothing of this request. */
  begin(
    exchange: Exchange,
    parsed: ParsedRequest,
    who: { readonly user: UserInfo; readonly longRunning: boolean },
  ): AuditRecord | undefined;
  /** A request whose sender could not be told. */
  refused(exchange: Exchange, parsed: ParsedRequest, error: ApiError): void;
  /** Writes what waits, for up to `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

export interface AuditOptions {
  readonly settings: AuditSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: MetricRegistry;
}

const nobody: UserInfo = { name: '', groups: [] };

/** Undefined when nothing is to be written down. Rejects with Error for a policy, a file or a kubeconfig that will not do. */
export async function openAudit({ settings, clock, log, metrics }: AuditOptions): Promise<Audit | undefined> {
  if (settings.policyFile === undefined) return undefined;
  const policy = await loadPolicy(settings.policyFile);
  const counts = new AuditMetrics(metrics);
  const shared = { clock, log, metrics: counts };
  const backends: Backend[] = [];
  const optionsOf = ({ mode, batch, truncate }: Pick<BackendOptions, 'mode' | 'batch' | 'truncate'>) => ({
    ...{ mode, batch, ...shared },
    ...(truncate && { truncate }),
  });
  if (settings.log)
    backends.push(new Backend(await openLogSink(settings.log, { clock, log }), optionsOf(settings.log)));
  if (settings.webhook)
    backends.push(new Backend(await openWebhookSink(settings.webhook, { clock, log }), optionsOf(settings.webhook)));

  /** Resolves when those are done that are waited for; rejects when one of them is strict and could not. */
  const write = (event: AuditEvent): Promise<void> | undefined => {
    counts.event();
    const encoded = encodeEvent(event);
    const waits = backends.flatMap((backend) => {
      const written = backend.add(encoded);
      return backend.mode === 'batch' ? [] : [written.then((error) => ({ error, mode: backend.mode }))];
    });
    if (waits.length === 0) return undefined;
    return Promise.all(waits).then((results) => {
      const failed = results.find(({ error, mode }) => error && mode === 'blocking-strict');
      if (!failed || event.stage !== 'RequestReceived') return;
      counts.rejected();
      throw new ApiError('InternalError', 'Internal error occurred: the request could not be recorded for audit');
    });
  };
  const failed = (error: Error) => {
    counts.lost('event', 1);
    log.error('an audit event could not be made', { error });
  };
  return {
    begin(exchange, parsed, { user, longRunning }) {
      const plan = planOf(policy, user, parsed.info);
      counts.level(plan?.level ?? 'None');
      return (
        plan && new RequestRecord({ exchange, parsed, user, longRunning, begins: true, plan, clock, write, failed })
      );
    },
    refused(exchange, parsed, error) {
      const plan = planOf(policy, nobody, parsed.info);
      if (!plan || plan.omitStages.has('ResponseStarted')) return;
      const record = new RequestRecord({
        exchange,
        parsed,
        user: nobody,
        longRunning: false,
        begins: false,
        plan,
        clock,
        write,
        failed,
      });
      record.refused(error);
    },
    async close(graceMs = 5000) {
      await Promise.all(backends.map((backend) => backend.close(graceMs)));
    },
  };
}
