import type { WatchFrame } from '../contract.ts';

type Encode = (frame: WatchFrame) => Buffer;

/** Frames that are still being sent to some of their watchers; older ones are made again in the rare case. */
const rememberedFrames = 512;

const heads: Readonly<Record<WatchFrame['type'], Buffer>> = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
  BOOKMARK: Buffer.from('{"type":"BOOKMARK","object":'),
};
const tail = Buffer.from('}\n');

export function frameOf(type: WatchFrame['type'], json: Buffer): Buffer {
  const head = heads[type];
  const frame = Buffer.allocUnsafeSlow(head.length + json.length + tail.length);
  head.copy(frame);
  json.copy(frame, head.length);
  tail.copy(frame, head.length + json.length);
  return frame;
}

/** Encodes each event once for all its watchers. Keeps the last few only, so that no second copy of the history lives on. */
export class FrameCache {
  readonly #frames = new Map<WatchFrame, Buffer>();

  readonly encode: Encode = (frame) => {
    const known = this.#frames.get(frame);
    if (known) return known;
    const encoded = frameOf(frame.type, frame.entry.json);
    this.#frames.set(frame, encoded);
    if (this.#frames.size > rememberedFrames) {
      const oldest = this.#frames.keys().next();
      if (!oldest.done) this.#frames.delete(oldest.value);
    }
    return encoded;
  };
}
