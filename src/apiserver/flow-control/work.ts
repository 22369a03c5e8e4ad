import type { Query } from '../http/query.ts';
import type { RequestInfo } from '../http/request-info.ts';

/** What is known of the server's state, to tell what a request will cost. */
export interface WorkFacts {
  /** How many objects of a resource there are; undefined for what is not stored. */
  objects(info: RequestInfo): number | undefined;
  /** How many watch it now. */
  watchers(info: RequestInfo): number;
}

/** Seats that a request takes while it runs, and some more that stay taken for a while after it. */
export interface Work {
  readonly width: number;
  readonly after?: { readonly width: number; readonly ms: number };
}

const one: Work = { width: 1 };
const objectsPerSeat = 100;
const watchersPerSeat = 10;
const msPerWatchEvent = 5;
const mostSeats = 10;

/**
 * Upstream's estimate: a list takes a seat for each hundred objects that it looks at, a write keeps seats for a moment
 * when many watch, everything else takes one. Never more than ten, nor than 15 % of the level's nominal seats.
 */
export function estimateWork(info: RequestInfo, query: Query, nominal: number, facts: WorkFacts): Work {
  if (!info.isResource) return one;
  const most = Math.max(1, Math.min(mostSeats, Math.floor(nominal * 0.15)));
  if (info.verb === 'list' || info.verb === 'watch') return listWork(info, query, most, facts);
  if (info.verb === 'get' || info.group === 'coordination.k8s.io') return one;
  const watchers = facts.watchers(info);
  if (watchers < watchersPerSeat) return one;
  const seats = Math.ceil(watchers / watchersPerSeat);
  const width = Math.min(seats, most);
  return { width: 1, after: { width, ms: (seats * msPerWatchEvent) / width } };
}

function listWork(info: RequestInfo, query: Query, most: number, facts: WorkFacts): Work {
  if (info.name !== '') return one;
  // A watch that begins without the present objects looks at none of them.
  if (info.verb === 'watch' && query.get('resourceVersion') && query.get('sendInitialEvents') !== 'true') return one;
  const stored = facts.objects(info) ?? 0;
  const limit = Number(query.get('limit'));
  const selects = Boolean(query.get('labelSelector') || query.get('fieldSelector'));
  const seen = limit > 0 && !selects ? Math.min(limit, stored) : stored;
  const width = Math.max(1, Math.min(most, Math.ceil(seen / objectsPerSeat)));
  return width === 1 ? one : { width };
}
