import { badRequest } from '../../api/status.ts';
import { parseGoDuration } from '../../base/go-duration.ts';
import type { Query } from './query.ts';

/**
 * How long a request may take: what its query says (`timeout=10s`), never more than the server allows; `0s` means what
 * the server allows. Throws ApiError `BadRequest`.
 */
export function timeoutOf(query: Query, mostMs: number): number {
  if (query.size === 0) return mostMs;
  const text = query.get('timeout');
  if (!text) return mostMs;
  const ms = parseGoDuration(text);
  if (ms === undefined)
    throw badRequest(
      `invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(text.slice(0, 64))}`,
    );
  return ms > 0 ? Math.min(ms, mostMs) : mostMs;
}
