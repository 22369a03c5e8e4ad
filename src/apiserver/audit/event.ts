import type { UserInfo } from '../contract.ts';
import type { Exchange } from '../http/exchange.ts';
import type { RequestInfo } from '../http/request-info.ts';
import type { Level, Stage } from './policy.ts';

/** `audit.k8s.io/v1` Event. */
export interface AuditEvent {
  readonly kind: 'Event';
  readonly apiVersion: 'audit.k8s.io/v1';
  readonly level: Level;
  readonly auditID: string;
  readonly stage: Stage;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: AuditUser;
  readonly impersonatedUser?: AuditUser;
  readonly sourceIPs: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: AuditObject;
  readonly responseStatus?: AuditStatus;
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface AuditUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: UserInfo['extra'];
}

export interface AuditObject {
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly apiGroup?: string;
  readonly apiVersion?: string;
  readonly resourceVersion?: string;
  readonly subresource?: string;
}

export interface AuditStatus {
  readonly metadata: Record<string, never>;
  readonly status?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: unknown;
  readonly code: number;
}

export function auditUser({ name, uid, groups, extra }: UserInfo): AuditUser {
  return {
    ...(name && { username: name }),
    ...(uid !== undefined && { uid }),
    ...(groups.length > 0 && { groups }),
    ...(extra && { extra }),
  };
}

export function auditObject({ isResource, resource, namespace, name, group, version, subresource }: RequestInfo) {
  if (!isResource) return undefined;
  const object: AuditObject = {
    resource,
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(group && { apiGroup: group }),
    apiVersion: version,
    ...(subresource && { subresource }),
  };
  return object;
}

const mostForwarded = 20;

/** As upstream: what proxies tell, and last who is connected. */
export function sourceAddresses({ headers, socket }: Exchange): readonly string[] {
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
  const real = String(headers['x-real-ip'] ?? '');
  const remote = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  const all = [...forwarded, real].map((text) => text.trim()).filter((text) => text !== '' && text.length < 64);
  return [...new Set([...all.slice(0, mostForwarded), remote])].filter((address) => address !== '');
}

/** RFC 3339 with microseconds, as `metav1.MicroTime`. */
export function microTime(nowMs: number): string {
  const whole = Math.floor(nowMs);
  const micros = Math.floor((nowMs - whole) * 1000);
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
