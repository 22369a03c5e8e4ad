import { ServerError } from '../server-error.ts';

/** `v1.PodLogOptions`, read. */
export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** Lines older than this are left out. Milliseconds since 1970. */
  readonly sinceMs?: number;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly stream: 'Stdout' | 'Stderr' | 'All';
}

/** Throws ServerError `BadRequest` or `Invalid`. */
export function logOptionsOf(query: URLSearchParams, nowMs: number): LogOptions {
  const sinceSeconds = numberOf(query, 'sinceSeconds', 1);
  const sinceTime = query.get('sinceTime') || undefined;
  if (sinceSeconds !== undefined && sinceTime !== undefined)
    throw new ServerError('Invalid', 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified');
  const timeMs = sinceTime === undefined ? undefined : Date.parse(sinceTime);
  if (Number.isNaN(timeMs))
    throw new ServerError('BadRequest', `invalid sinceTime ${JSON.stringify(sinceTime)}: must be an RFC 3339 time`);
  const sinceMs = sinceSeconds === undefined ? timeMs : nowMs - sinceSeconds * 1000;
  const tailLines = numberOf(query, 'tailLines', 0);
  const limitBytes = numberOf(query, 'limitBytes', 1);
  const stream = query.get('stream') || 'All';
  if (stream !== 'Stdout' && stream !== 'Stderr' && stream !== 'All')
    throw new ServerError('Invalid', `invalid stream ${JSON.stringify(stream)}: must be "All", "Stdout" or "Stderr"`);
  if (stream !== 'All' && tailLines !== undefined)
    throw new ServerError('Invalid', 'Forbidden: `tailLines` and specific `stream` are mutually exclusive for now');
  return {
    follow: flagOf(query, 'follow'),
    previous: flagOf(query, 'previous'),
    timestamps: flagOf(query, 'timestamps'),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
    stream,
  };
}

function flagOf(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null && text !== 'false' && text !== '0';
}

function numberOf(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ServerError('Invalid', `invalid ${name} ${JSON.stringify(text)}: must be at least ${least}`);
}
