import { type Reader, wire } from './reader.ts';
import type { Writer } from './writer.ts';

/** How one type looks in JSON and on the wire. */
export interface Codec {
  readonly wireType: number;
  /** Writes the value without tag and length. `undefined` and `null` stand for Go's zero value. */
  write(writer: Writer, value: unknown): void;
  /** Reads a value whose tag was read; `before` is what an earlier occurrence of the field gave. */
  read(reader: Reader, before?: unknown): unknown;
  /** What a field says that is no pointer and was not sent, as Go writes it to JSON; undefined: nothing. */
  zero(): unknown;
}

export const string: Codec = {
  wireType: wire.bytes,
  write: (writer, value) => writer.text((value ?? '') as string),
  read: (reader) => reader.text(),
  zero: () => '',
};

export const bytes: Codec = {
  wireType: wire.bytes,
  write: (writer, value) => writer.bytes(Buffer.from((value ?? '') as string, 'base64')),
  read: (reader) => reader.bytes().toString('base64'),
  zero: () => '',
};

export const bool: Codec = {
  wireType: wire.varint,
  write: (writer, value) => writer.varint(value ? 1 : 0),
  read: (reader) => reader.int64() !== 0,
  zero: () => false,
};

export const int32: Codec = {
  wireType: wire.varint,
  write: (writer, value) => writer.varint((value ?? 0) as number),
  read: (reader) => reader.int32(),
  zero: () => 0,
};

export const int64: Codec = { ...int32, read: (reader) => reader.int64() };

export const double: Codec = {
  wireType: wire.fixed64,
  write: (writer, value) => writer.double((value ?? 0) as number),
  read: (reader) => reader.double(),
  zero: () => 0,
};

/** Writes tag, length where there is one, and value. `tag` is the field's number and wire type. */
export function writeField(writer: Writer, codec: Codec, tag: number, value: unknown): void {
  if (codec.wireType === wire.bytes) {
    const before = writer.length;
    codec.write(writer, value);
    writer.varint(writer.length - before);
  } else codec.write(writer, value);
  writer.varint(tag);
}

export function tagOf(number: number, codec: Codec): number {
  return number * 8 + codec.wireType;
}
