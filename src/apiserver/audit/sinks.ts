import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { openReviewWebhook } from '../webhook-client/review-webhook.ts';
import type { Sink } from './backend.ts';
import type { AuditEvent } from './event.ts';
import { RotatingFile } from './rotating-file.ts';
import type { AuditLogSettings, AuditWebhookSettings } from './settings.ts';
import type { EncodedEvent } from './truncate.ts';

/** A line for each event. Rejects with Node's error when the file cannot be written to. */
export async function openLogSink(
  settings: AuditLogSettings,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<Sink> {
  const { path, format, maxSizeMebibytes, maxBackups, maxAgeDays, compress } = settings;
  const lineOf = format === 'json' ? ({ json }: EncodedEvent) => json : ({ event }: EncodedEvent) => legacyLine(event);
  const text = (events: readonly EncodedEvent[]) => events.map((event) => `${lineOf(event)}\n`).join('');
  if (path === '-')
    return {
      name: 'log',
      write: (events) =>
        new Promise((resolve, reject) => {
          process.stdout.write(text(events), (error) => (error ? reject(error) : resolve()));
        }),
      close: () => Promise.resolve(),
    };
  const file = new RotatingFile(path, {
    ...{ maxBackups, maxAgeDays, compress, clock },
    maxBytes: maxSizeMebibytes * 1024 * 1024,
    onCompressFailed: (error) => log.warn('an audit log that was put aside could not be compressed', { error }),
  });
  await file.open();
  return { name: 'log', write: (events) => file.write(text(events)), close: () => file.close() };
}

/** POSTs an EventList for each batch. Rejects with Error when the kubeconfig cannot be used; asks nobody yet. */
export async function openWebhookSink(
  { configFile, initialBackoffMs }: AuditWebhookSettings,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<Sink> {
  const webhook = await openReviewWebhook(configFile, { clock, log, firstWaitMs: initialBackoffMs });
  return {
    name: 'webhook',
    write(events, signal) {
      const items = events.map(({ json }) => json).join(',');
      return webhook.tell(
        `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items}]}`,
        signal,
      );
    },
    close: async () => webhook.close(),
  };
}

/** Upstream's old form, for those who still read it. */
function legacyLine(event: AuditEvent): string {
  const { auditID, stage, sourceIPs, verb, user, impersonatedUser, userAgent, objectRef, requestURI } = event;
  const quoted = (text: string | undefined) => JSON.stringify(text ?? '<none>');
  const list = (values: readonly string[] | undefined) =>
    values?.length
      ? `"${values
          .map((value) => JSON.stringify(value))
          .join(',')
          .replaceAll('"', '\\"')}"`
      : '"<none>"';
  return (
    `${event.requestReceivedTimestamp} AUDIT: id=${quoted(auditID)} stage=${quoted(stage)} ip=${quoted(sourceIPs.join(', '))} ` +
    `method=${quoted(verb)} user=${quoted(user.username)} groups=${list(user.groups)} as=${quoted(impersonatedUser?.username)} ` +
    `asgroups=${impersonatedUser ? list(impersonatedUser.groups) : '"<lookup>"'} user-agent=${quoted(userAgent)} ` +
    `namespace=${quoted(objectRef?.namespace)} uri=${quoted(requestURI)} response="${event.responseStatus?.code ?? '<deferred>'}"`
  );
}
