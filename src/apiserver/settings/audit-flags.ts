import type { ApiServerSettings } from './settings.ts';
import { absolutePath, durationMs, type FlagReaders, oneOf, SettingError, switched, wholeNumber } from './values.ts';

/** `blocking` writes before the answer goes on, `blocking-strict` refuses requests that cannot be recorded, `batch` never waits. */
export const auditModes = ['batch', 'blocking', 'blocking-strict'] as const;
export type AuditMode = (typeof auditModes)[number];

export interface BatchSettings {
  /** Events that wait; more are dropped and counted. */
  readonly bufferSize: number;
  readonly maxSize: number;
  readonly maxWaitMs: number;
}

export interface TruncateSettings {
  readonly enabled: boolean;
  readonly maxEventBytes: number;
  readonly maxBatchBytes: number;
}

export interface AuditSettings {
  readonly policyFile?: string;
  readonly log?: AuditLogSettings;
  readonly webhook?: AuditWebhookSettings;
  /** What is given for a backend before it is named; it counts when it is. */
  readonly logOptions: Omit<AuditLogSettings, 'path'>;
  readonly webhookOptions: Omit<AuditWebhookSettings, 'configFile'>;
}

export interface AuditLogSettings {
  /** `-`: standard output. */
  readonly path: string;
  readonly mode: AuditMode;
  readonly batch: BatchSettings;
  readonly truncate: TruncateSettings;
  /** 0: kept however old. */
  readonly maxAgeDays: number;
  /** 0: all are kept. */
  readonly maxBackups: number;
  /** 0: 100 MiB, as upstream. */
  readonly maxSizeMebibytes: number;
  readonly compress: boolean;
  readonly format: 'json' | 'legacy';
}

export interface AuditWebhookSettings {
  /** A kubeconfig. */
  readonly configFile: string;
  readonly mode: AuditMode;
  readonly batch: BatchSettings;
  readonly truncate: TruncateSettings;
  readonly initialBackoffMs: number;
}

const truncate: TruncateSettings = { enabled: false, maxEventBytes: 102_400, maxBatchBytes: 10 * 1024 ** 2 };

/** Upstream's defaults. */
export const defaultAuditSettings: AuditSettings = {
  logOptions: {
    mode: 'blocking',
    batch: { bufferSize: 10_000, maxSize: 1, maxWaitMs: 0 },
    truncate,
    maxAgeDays: 0,
    maxBackups: 0,
    maxSizeMebibytes: 0,
    compress: false,
    format: 'json',
  },
  webhookOptions: {
    mode: 'batch',
    batch: { bufferSize: 10_000, maxSize: 400, maxWaitMs: 30_000 },
    truncate,
    initialBackoffMs: 10_000,
  },
};

type Common = 'logOptions' | 'webhookOptions';

/** Lays what a flag sets over one backend's options, and over the backend where it is named already. */
function within(audit: AuditSettings, which: Common, change: object): { audit: AuditSettings } {
  const backend = which === 'logOptions' ? 'log' : 'webhook';
  const present = audit[backend];
  return {
    audit: {
      ...audit,
      [which]: { ...audit[which], ...change },
      ...(present && { [backend]: { ...present, ...change } }),
    },
  };
}

function common(prefix: string, which: Common): FlagReaders<ApiServerSettings> {
  const batch = (audit: AuditSettings, change: Partial<BatchSettings>) =>
    within(audit, which, { batch: { ...audit[which].batch, ...change } });
  const cut = (audit: AuditSettings, change: Partial<TruncateSettings>) =>
    within(audit, which, { truncate: { ...audit[which].truncate, ...change } });
  return {
    [`${prefix}-mode`]: (value, { audit }) => within(audit, which, { mode: oneOf(value, auditModes) }),
    [`${prefix}-batch-buffer-size`]: (value, { audit }) =>
      batch(audit, { bufferSize: wholeNumber(value, 1, 1_000_000) }),
    [`${prefix}-batch-max-size`]: (value, { audit }) => batch(audit, { maxSize: wholeNumber(value, 1, 100_000) }),
    [`${prefix}-batch-max-wait`]: (value, { audit }) => batch(audit, { maxWaitMs: durationMs(value, 0) }),
    [`${prefix}-truncate-enabled`]: (value, { audit }) => cut(audit, { enabled: switched(value) }),
    [`${prefix}-truncate-max-event-size`]: (value, { audit }) =>
      cut(audit, { maxEventBytes: wholeNumber(value, 1, 2 ** 30) }),
    [`${prefix}-truncate-max-batch-size`]: (value, { audit }) =>
      cut(audit, { maxBatchBytes: wholeNumber(value, 1, 2 ** 30) }),
    [`${prefix}-version`]: (value) => {
      oneOf(value, ['audit.k8s.io/v1']);
      return {};
    },
  };
}

/** kube-apiserver's flags of the audit log. */
export const auditFlags: FlagReaders<ApiServerSettings> = {
  'audit-policy-file': (value, { audit }) => ({ audit: { ...audit, policyFile: absolutePath(value) } }),
  'audit-log-path': (value, { audit }) => ({
    audit: { ...audit, log: { ...audit.logOptions, path: value === '-' ? '-' : absolutePath(value) } },
  }),
  'audit-log-maxage': (value, { audit }) => within(audit, 'logOptions', { maxAgeDays: wholeNumber(value, 0, 100_000) }),
  'audit-log-maxbackup': (value, { audit }) =>
    within(audit, 'logOptions', { maxBackups: wholeNumber(value, 0, 100_000) }),
  'audit-log-maxsize': (value, { audit }) =>
    within(audit, 'logOptions', { maxSizeMebibytes: wholeNumber(value, 0, 1_000_000) }),
  'audit-log-compress': (value, { audit }) => within(audit, 'logOptions', { compress: switched(value) }),
  'audit-log-format': (value, { audit }) => within(audit, 'logOptions', { format: oneOf(value, ['json', 'legacy']) }),
  ...common('audit-log', 'logOptions'),
  'audit-webhook-config-file': (value, { audit }) => ({
    audit: { ...audit, webhook: { ...audit.webhookOptions, configFile: absolutePath(value) } },
  }),
  'audit-webhook-initial-backoff': (value, { audit }) => {
    if (value === '0') throw new SettingError('must be longer than 0');
    return within(audit, 'webhookOptions', { initialBackoffMs: durationMs(value, 1) });
  },
  ...common('audit-webhook', 'webhookOptions'),
};
