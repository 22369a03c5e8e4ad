import type { Arguments } from '../settings/arguments.ts';

/** `blocking`: an answer waits for its event; `blocking-strict`: what cannot be recorded is refused; `batch`: nobody waits. */
export const auditModes = ['batch', 'blocking', 'blocking-strict'] as const;
export type AuditMode = (typeof auditModes)[number];

export interface BatchSettings {
  /** Events that wait; more are dropped and counted. */
  readonly bufferSize: number;
  readonly maxSize: number;
  readonly maxWaitMs: number;
}

/** Undefined in its place: events go out however large. */
export interface TruncateSettings {
  readonly maxEventBytes: number;
  readonly maxBatchBytes: number;
}

interface BackendSettings {
  readonly mode: AuditMode;
  readonly batch: BatchSettings;
  readonly truncate?: TruncateSettings;
}

export interface AuditLogSettings extends BackendSettings {
  /** `-`: standard output. */
  readonly path: string;
  readonly format: 'json' | 'legacy';
  /** 0: kept however old. */
  readonly maxAgeDays: number;
  /** 0: all are kept. */
  readonly maxBackups: number;
  readonly maxSizeMebibytes: number;
  readonly compress: boolean;
}

export interface AuditWebhookSettings extends BackendSettings {
  /** A kubeconfig. */
  readonly configFile: string;
  readonly initialBackoffMs: number;
}

export interface AuditSettings {
  readonly policyFile?: string;
  readonly log?: AuditLogSettings;
  readonly webhook?: AuditWebhookSettings;
}

export function readAuditSettings(args: Arguments): AuditSettings {
  const policyFile = args.one('audit-policy-file', absolutePath, 'must be the absolute path of a file');
  const log = readLog(args);
  const webhook = readWebhook(args);
  if (policyFile !== undefined && !log && !webhook)
    args.problem(
      'audit-policy-file',
      policyFile,
      'needs audit-log-path or audit-webhook-config-file: there is nowhere to write to',
    );
  if (policyFile === undefined && log)
    args.problem('audit-log-path', log.path, 'needs audit-policy-file: nothing would be written');
  if (policyFile === undefined && webhook)
    args.problem('audit-webhook-config-file', webhook.configFile, 'needs audit-policy-file: nothing would be sent');
  return { ...(policyFile !== undefined && { policyFile }), ...(log && { log }), ...(webhook && { webhook }) };
}

function readLog(args: Arguments): AuditLogSettings | undefined {
  const path = args.one(
    'audit-log-path',
    (text) => (text === '-' ? text : absolutePath(text)),
    'must be the absolute path of a file, or -',
  );
  const settings = {
    ...readBackend(args, 'audit-log', { mode: 'blocking', maxSize: 1, maxWaitMs: 0 }),
    format: args.one('audit-log-format', formatOf, 'must be json or legacy') ?? 'json',
    maxAgeDays: args.wholeNumber('audit-log-maxage') ?? 0,
    maxBackups: args.wholeNumber('audit-log-maxbackup') ?? 0,
    maxSizeMebibytes: args.wholeNumber('audit-log-maxsize') || 100,
    compress: args.switch('audit-log-compress') ?? false,
  };
  return path === undefined ? undefined : { path, ...settings };
}

function readWebhook(args: Arguments): AuditWebhookSettings | undefined {
  const configFile = args.one('audit-webhook-config-file', absolutePath, 'must be the absolute path of a file');
  const settings = {
    ...readBackend(args, 'audit-webhook', { mode: 'batch', maxSize: 400, maxWaitMs: 30_000 }),
    initialBackoffMs: args.durationMs('audit-webhook-initial-backoff') || 10_000,
  };
  return configFile === undefined ? undefined : { configFile, ...settings };
}

function readBackend(
  args: Arguments,
  prefix: 'audit-log' | 'audit-webhook',
  standard: { readonly mode: AuditMode; readonly maxSize: number; readonly maxWaitMs: number },
): BackendSettings {
  const mode = (text: string) => auditModes.find((known) => known === text);
  args.one(`${prefix}-version`, (text) => (text === 'audit.k8s.io/v1' ? text : undefined), 'must be audit.k8s.io/v1');
  const maxEventBytes = args.wholeNumber(`${prefix}-truncate-max-event-size`) ?? 102_400;
  const maxBatchBytes = args.wholeNumber(`${prefix}-truncate-max-batch-size`) ?? 10 * 1024 ** 2;
  if (maxBatchBytes < maxEventBytes)
    args.problem(
      `${prefix}-truncate-max-batch-size`,
      String(maxBatchBytes),
      `must be at least the size of one event, ${maxEventBytes}`,
    );
  return {
    mode: args.one(`${prefix}-mode`, mode, `must be one of ${auditModes.join(', ')}`) ?? standard.mode,
    batch: {
      bufferSize: args.wholeNumber(`${prefix}-batch-buffer-size`) || 10_000,
      maxSize: args.wholeNumber(`${prefix}-batch-max-size`) || standard.maxSize,
      maxWaitMs: args.durationMs(`${prefix}-batch-max-wait`) ?? standard.maxWaitMs,
    },
    ...(args.switch(`${prefix}-truncate-enabled`) && { truncate: { maxEventBytes, maxBatchBytes } }),
  };
}

function absolutePath(text: string): string | undefined {
  return text.startsWith('/') ? text : undefined;
}

function formatOf(text: string): 'json' | 'legacy' | undefined {
  return text === 'json' || text === 'legacy' ? text : undefined;
}
