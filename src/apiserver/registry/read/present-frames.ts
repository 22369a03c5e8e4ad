import type { Kind } from '../../../api/kind.ts';
import type { WatchFrame } from '../../contract.ts';
import type { CachedEntry } from '../cache/cached-entry.ts';
import { presentAs } from '../served-kind.ts';

/** A watch of what is stored, in the version of `kind`. */
export async function* presentFrames(
  kind: Kind,
  watch: AsyncIterable<readonly WatchFrame[]>,
): AsyncGenerator<readonly WatchFrame[]> {
  for await (const frames of watch) yield frames.map((frame) => presentFrame(kind, frame));
}

const presentedFrames = new WeakMap<WatchFrame, Map<Kind, WatchFrame>>();

/** One frame for all watchers of a version, as for those of the stored one. */
function presentFrame(kind: Kind, frame: WatchFrame): WatchFrame {
  let forms = presentedFrames.get(frame);
  if (!forms) {
    forms = new Map();
    presentedFrames.set(frame, forms);
  }
  let form = forms.get(kind);
  if (!form) {
    const entry = frame.entry as CachedEntry;
    form = { type: frame.type, entry: frame.type === 'BOOKMARK' ? entry.inVersion(kind) : presentAs(kind, entry) };
    forms.set(kind, form);
  }
  return form;
}
