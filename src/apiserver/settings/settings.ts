import { type AuditSettings, auditFlags, defaultAuditSettings } from './audit-flags.ts';
import { durationMs, type FlagReaders, SettingError, switched, wholeNumber } from './values.ts';

/** What of the API server can be set by kube-apiserver's flags. */
export interface ApiServerSettings {
  /** get, list … at once; with priority and fairness, its seats are the sum of both. */
  readonly maxRequestsInflight: number;
  readonly maxMutatingRequestsInflight: number;
  readonly priorityAndFairness: boolean;
  /** For everything but watches and streams. */
  readonly requestTimeoutMs: number;
  /** How long the server goes on serving after `/readyz` fails, before it stops. */
  readonly shutdownDelayMs: number;
  /** `/debug/pprof/`. */
  readonly profiling: boolean;
  /** Requests that take longer are traced in the log. */
  readonly slowRequestMs: number;
  readonly audit: AuditSettings;
}

/** As upstream, but for profiling. */
export const defaultApiServerSettings: ApiServerSettings = {
  maxRequestsInflight: 400,
  maxMutatingRequestsInflight: 200,
  priorityAndFairness: true,
  requestTimeoutMs: 60_000,
  shutdownDelayMs: 0,
  profiling: false,
  slowRequestMs: 1000,
  audit: defaultAuditSettings,
};

/** Every flag of kube-apiserver that means something here; one more is a line. */
const readers: FlagReaders<ApiServerSettings> = {
  'max-requests-inflight': (value) => ({ maxRequestsInflight: wholeNumber(value, 0, 1_000_000) }),
  'max-mutating-requests-inflight': (value) => ({ maxMutatingRequestsInflight: wholeNumber(value, 0, 1_000_000) }),
  'enable-priority-and-fairness': (value) => ({ priorityAndFairness: switched(value) }),
  'request-timeout': (value) => ({ requestTimeoutMs: durationMs(value, 1000) }),
  'shutdown-delay-duration': (value) => ({ shutdownDelayMs: durationMs(value, 0) }),
  profiling: (value) => ({ profiling: switched(value) }),
  ...auditFlags,
};

export const apiServerFlagNames: readonly string[] = Object.keys(readers);

/** The settings with one more flag; a string says why the flag or its value is refused. */
export function withApiServerFlag(
  settings: ApiServerSettings,
  name: string,
  value: string,
): ApiServerSettings | string {
  const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (!read) return `${name} means nothing to this API server; it knows ${apiServerFlagNames.join(', ')}`;
  try {
    return { ...settings, ...read(value, settings) };
  } catch (error) {
    if (error instanceof SettingError) return error.message;
    throw error;
  }
}

/** What is wrong with the settings as a whole. */
export function apiServerSettingsProblems({
  maxRequestsInflight,
  maxMutatingRequestsInflight,
  audit,
}: ApiServerSettings): readonly string[] {
  const problems: string[] = [];
  if (maxRequestsInflight + maxMutatingRequestsInflight === 0)
    problems.push('max-requests-inflight and max-mutating-requests-inflight must not both be 0');
  if (audit.policyFile !== undefined && !audit.log && !audit.webhook)
    problems.push('audit-policy-file needs audit-log-path or audit-webhook-config-file: there is nowhere to write to');
  if (audit.policyFile === undefined && (audit.log || audit.webhook))
    problems.push('audit-log-path and audit-webhook-config-file need audit-policy-file: nothing would be written');
  return problems;
}
