import { ApiError, badRequest } from '../../../api/status.ts';
import type { EntryList, ReadOptions } from '../../contract.ts';
import type { CachedEntry } from '../cache/cached-entry.ts';
import type { ResourceCache } from '../cache/resource-cache.ts';
import { namespaceRange } from '../cache/sorted-entries.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import { keyMatches, type Matcher } from './matcher.ts';
import { parseListVersion, tooOld } from './resource-version.ts';

const pageIsGone =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.';

/** A LIST, or one page of it, as of one revision. `current` is the newest revision the cache shows. */
export function listEntries(
  resource: ResourceCache,
  matcher: Matcher,
  options: ReadOptions,
  current: number,
): EntryList {
  const { revision, startKey } = startOf(resource, options, current);
  const limit = limitOf(options);
  const candidates = candidatesAt(resource, matcher, startKey, revision);
  const entries: CachedEntry[] = [];
  let next = 0;
  for (; next < candidates.length && entries.length < limit; next++) {
    const entry = candidates[next] as CachedEntry;
    if (!matcher.selective || matcher.matches(entry)) entries.push(entry);
  }
  const last = entries.at(-1);
  if (next === candidates.length || !last) return { entries, revision };
  const token = encodeContinue({ revision, startKey: `${last.key}\0` });
  // With selectors upstream does not say how many remain either: it would have to look at all of them.
  const remaining = matcher.selective ? {} : { remainingItemCount: candidates.length - next };
  return { entries, revision, continue: token, ...remaining };
}

/** As upstream: a list that is content with any state (version 0) comes whole. */
function limitOf({ limit = 0, resourceVersion, resourceVersionMatch, continue: token }: ReadOptions): number {
  const takesAny = resourceVersion === '0' && !resourceVersionMatch && !token;
  return limit > 0 && !takesAny ? limit : Number.POSITIVE_INFINITY;
}

function startOf(
  resource: ResourceCache,
  options: ReadOptions,
  current: number,
): { readonly revision: number; readonly startKey: string } {
  if (options.continue) {
    if (options.resourceVersion && options.resourceVersion !== '0')
      throw badRequest('specifying resource version is not allowed when using continue');
    const { revision, startKey } = decodeContinue(options.continue);
    if (revision < 0) return { revision: current, startKey };
    if (revision < resource.window.horizon || revision > current) {
      const token = encodeContinue({ revision: -1, startKey });
      throw new ApiError('Expired', pageIsGone, undefined, { continueToken: token });
    }
    return { revision, startKey };
  }
  const asked = parseListVersion(options.resourceVersion);
  if (asked === undefined || asked === 0) return { revision: current, startKey: '' };
  // The registry has waited until this revision is here.
  const exact = options.resourceVersionMatch === 'Exact' || (!options.resourceVersionMatch && (options.limit ?? 0) > 0);
  if (!exact) return { revision: current, startKey: '' };
  if (asked < resource.window.horizon) throw tooOld(asked, resource.window.horizon);
  return { revision: asked, startKey: '' };
}

/** The entries in question in key order, as they were at `revision`: the present ones, with later events undone. */
function candidatesAt(
  resource: ResourceCache,
  matcher: Matcher,
  startKey: string,
  revision: number,
): readonly CachedEntry[] {
  const range = matcher.namespace ? namespaceRange(matcher.namespace) : { from: '', to: undefined };
  const from = startKey > range.from ? startKey : range.from;
  const inRange = (key: string) => key >= from && (range.to === undefined || key < range.to);
  const wanted = (key: string) => inRange(key) && keyMatches(matcher, key);
  if (matcher.name !== undefined && matcher.namespace !== '') {
    const key = `${matcher.namespace}/${matcher.name}`;
    const entry = resource.get(key);
    if (entry && entry.revision <= revision && inRange(key)) return [entry];
  }
  const present = resource.sorted.range(from, range.to);
  const narrowed = matcher.name === undefined ? present : present.filter(({ key }) => wanted(key));
  const { window } = resource;
  const firstLater = window.after(revision);
  if (firstLater === window.end) return narrowed;
  const before = new Map<string, CachedEntry | undefined>();
  for (let position = firstLater; position < window.end; position++) {
    const { frame, previous } = window.at(position);
    if (wanted(frame.entry.key) && !before.has(frame.entry.key)) before.set(frame.entry.key, previous);
  }
  if (before.size === 0) return narrowed;
  const result = narrowed.filter(({ key }) => !before.has(key));
  for (const entry of before.values()) if (entry) result.push(entry);
  return result.sort((a, b) => (a.key < b.key ? -1 : 1));
}
