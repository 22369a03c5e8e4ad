import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kind } from '../../api/kind.ts';
import { envelopeAround } from '../../api/protobuf/envelope.ts';
import { encodeMessage, protobufDefinition } from '../../api/protobuf/protobuf.ts';
import { encodeWatchEvent } from '../../api/protobuf/watch-event.ts';
import { ApiError } from '../../api/status.ts';
import type { Entry, EntryList, WatchFrame } from '../contract.ts';
import { type EncodedList, listMetadata } from './encode.ts';

/** Made on demand and kept beside the entry until memory is wanted: the garbage collector takes it when nothing sends it. */
const messages = new WeakMap<Entry, WeakRef<Buffer>>();

/** The object without its envelope, as it stands in lists. Throws ApiError `NotAcceptable` for a custom resource. */
function messageOf(entry: Entry): Buffer {
  const known = messages.get(entry)?.deref();
  if (known) return known;
  const made = encodeMessage(definitionOf(entry.kind, entry.kind.kind), entry.object);
  messages.set(entry, new WeakRef(made));
  return made;
}

function definitionOf({ apiVersion }: Kind, kind: string): string {
  const definition = protobufDefinition({ apiVersion, kind });
  if (definition === undefined) throw new ApiError('NotAcceptable', `${kind} has no protobuf form; accept JSON`);
  return definition;
}

/** One object with its envelope. */
export function encodeEntry(entry: Entry): Buffer {
  const message = messageOf(entry);
  const { head, tail } = envelopeAround(entry.kind, message.length);
  return Buffer.concat([head, message, tail]);
}

/** The event of a watch. */
export function encodeFrame({ type, entry }: WatchFrame): Buffer {
  return encodeWatchEvent(type, encodeEntry(entry));
}

/** Field 2 of every list: an item with its length. */
const itemTag = 0x12;
/** Other requests get their turn after so many objects. */
const objectsATurn = 64;

/** A list; its objects are encoded here, unless an earlier list or watch did, and share memory with the pieces. */
export async function encodeProtobufList(kind: Kind, list: EntryList): Promise<EncodedList> {
  const start = encodeMessage(definitionOf(kind, kind.listKind), { metadata: listMetadata(list) });
  const parts: Buffer[] = [start];
  let rawBytes = start.length;
  for (const [i, entry] of list.entries.entries()) {
    if (i > 0 && i % objectsATurn === 0) await nextTurn();
    const message = messageOf(entry);
    const head = itemHead(message.length);
    parts.push(head, message);
    rawBytes += head.length + message.length;
  }
  const { head, tail } = envelopeAround({ apiVersion: kind.apiVersion, kind: kind.listKind }, rawBytes);
  return { bytes: head.length + rawBytes + tail.length, pieces: () => [head, ...parts, tail] };
}

function itemHead(bytes: number): Buffer {
  const head = [itemTag];
  let rest = bytes;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) head.push((rest % 0x80) | 0x80);
  head.push(rest);
  return Buffer.from(head);
}
