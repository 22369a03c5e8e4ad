/** Frames of a watch in protobuf: each is its length in four bytes, most significant first, and a `WatchEvent`. */
import { Writer } from './writer.ts';

export const watchType = 'application/vnd.kubernetes.protobuf;stream=watch';

const lengthBytes = 4;

/** The event of a frame alone, as it goes into a WebSocket message, which has a length of its own. */
export function eventOf(frame: Buffer): Buffer {
  return frame.subarray(lengthBytes);
}

/** One event with its length. `object` has an envelope; the event itself has none. */
export function encodeWatchEvent(type: string, object: Uint8Array): Buffer {
  const writer = new Writer();
  writer.bytes(object);
  writer.varint(object.length);
  // RawExtension.raw, in WatchEvent.object, after WatchEvent.type.
  writer.varint(0x0a);
  writer.varint(writer.length);
  writer.varint(0x12);
  const before = writer.length;
  writer.text(type);
  writer.varint(writer.length - before);
  writer.varint(0x0a);
  const prefix = Buffer.alloc(lengthBytes);
  prefix.writeUInt32BE(writer.length);
  writer.bytes(prefix);
  return writer.take();
}
