import type { WatchFrame } from '../contract.ts';

import { encodeFrame } from './encode-protobuf.ts';

export type Encode = (frame: WatchFrame) => Buffer;

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
  readonly encode = remembering((frame) => frameOf(frame.type, frame.entry.json));
  readonly encodeProtobuf = remembering(encodeFrame);
}

function remembering(encode: Encode): Encode {
  const frames = new Map<WatchFrame, Buffer>();
  return (frame) => {
    const known = frames.get(frame);
    if (known) return known;
    const encoded = encode(frame);
    frames.set(frame, encoded);
    if (frames.size > rememberedFrames) {
      const oldest = frames.keys().next();
      if (!oldest.done) frames.delete(oldest.value);
    }
    return encoded;
  };
}
