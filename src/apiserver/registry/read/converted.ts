/** Lists and watches of kinds that somebody else converts: whatever is looked at is converted first. */
import type { Kind } from '../../../api/kind.ts';
import type { Entry, EntryList, ReadOptions, RegistryWatchOptions, WatchFrame } from '../../contract.ts';
import type { CachedEntry } from '../cache/cached-entry.ts';
import { knownForm, presentAll } from '../conversion.ts';
import { listEntries } from './list.ts';
import type { Matcher } from './matcher.ts';
import { Watch, type WatchSource } from './watch.ts';

/** A list in the version of `kind`; its selectors see that version, as upstream's do. */
export async function listConverted(
  kind: Kind,
  { resource, matcher, revision }: Pick<WatchSource, 'resource' | 'matcher' | 'revision'>,
  { options, signal }: { readonly options: ReadOptions; readonly signal: AbortSignal },
): Promise<EntryList> {
  for (let current = revision(); ; ) {
    const missing: CachedEntry[] = [];
    const known: Matcher = {
      ...matcher,
      matches(entry) {
        const form = knownForm(kind, entry as CachedEntry);
        if (!form) missing.push(entry as CachedEntry);
        return !form || matcher.matches(form);
      },
    };
    const list = listEntries(resource, known, options, current);
    const entries = await presentAll(kind, list.entries as readonly CachedEntry[]);
    signal.throwIfAborted();
    if (missing.length === 0) return { ...list, entries };
    // Now that they are converted, the selectors decide. The state is the same, unless it is no longer known.
    if (current < resource.window.horizon) current = revision();
  }
}

const bookmarks = new WeakMap<WatchFrame, WatchFrame>();

/**
 * A watch in the version of `kind`. With selectors it remembers what it has shown, as an object may begin or cease to match
 * by what the converter makes of it.
 */
export async function* watchConverted(
  kind: Kind,
  source: WatchSource,
  { options, signal }: { readonly options: RegistryWatchOptions; readonly signal: AbortSignal },
): AsyncGenerator<readonly WatchFrame[]> {
  const { matcher } = source;
  const watch = new Watch({ ...source, matcher: { ...matcher, selective: false } }, options, signal);
  const shown = matcher.selective ? await shownBefore(kind, source, { options, signal }) : undefined;
  for await (const frames of watch) {
    const entries = await presentAll(
      kind,
      frames.filter(isEvent).map(({ entry }) => entry as CachedEntry),
    );
    const forms = entries[Symbol.iterator]();
    const converted = frames.flatMap((frame) => {
      if (!isEvent(frame)) return [bookmarkIn(kind, frame)];
      const event = { type: frame.type, entry: forms.next().value as CachedEntry };
      return shown ? selected(event, matcher, shown) : [event];
    });
    if (converted.length > 0) yield converted;
  }
}

const isEvent = ({ type }: WatchFrame) => type !== 'BOOKMARK';

/** What the client has seen when it names a revision to go on from. */
async function shownBefore(
  kind: Kind,
  source: WatchSource,
  { options, signal }: { readonly options: RegistryWatchOptions; readonly signal: AbortSignal },
): Promise<Map<string, Entry>> {
  const { resourceVersion = '', sendInitialEvents } = options;
  const named = resourceVersion !== '' && resourceVersion !== '0';
  if (sendInitialEvents ?? !named) return new Map();
  const exact = named ? { resourceVersion, resourceVersionMatch: 'Exact' } : {};
  const { entries } = await listConverted(kind, source, { options: exact, signal });
  return new Map(entries.map((entry) => [(entry as CachedEntry).key, entry]));
}

function selected(
  { type, entry }: { readonly type: WatchFrame['type']; readonly entry: CachedEntry },
  matcher: Matcher,
  shown: Map<string, Entry>,
): readonly WatchFrame[] {
  const { key } = entry;
  const before = shown.get(key);
  const now = type !== 'DELETED' && matcher.matches(entry);
  if (now) shown.set(key, entry);
  else shown.delete(key);
  if (now) return [{ type: before ? 'MODIFIED' : 'ADDED', entry }];
  return before ? [{ type: 'DELETED', entry }] : [];
}

function bookmarkIn(kind: Kind, frame: WatchFrame): WatchFrame {
  let made = bookmarks.get(frame);
  if (!made || made.entry.kind !== kind) {
    made = { type: 'BOOKMARK', entry: (frame.entry as CachedEntry).inVersion(kind) };
    bookmarks.set(frame, made);
  }
  return made;
}
