/** Messages whose JSON is not an object of their fields. */
import { formatTime } from '../object.ts';
import { parseJson } from '../schema/exact-json.ts';
import { type Codec, string, writeField } from './codec.ts';
import { broken, type Reader, wire } from './reader.ts';
import type { Writer } from './writer.ts';

/** Calls `on` for each field of a message that is expected there, with its number; others are passed over. */
function eachField(reader: Reader, wireTypes: readonly number[], on: (number: number, part: Reader) => void): void {
  reader.within((part) => {
    for (let number = part.field(); number !== 0; number = part.field()) {
      const expected = wireTypes[number - 1];
      if (expected === undefined) part.skip();
      else {
        part.expect(expected);
        on(number, part);
      }
    }
  });
}

/** `Quantity`: its text under number 1. */
export const quantity: Codec = {
  wireType: wire.bytes,
  write: (writer, value) => writeField(writer, string, 0x0a, value ?? '0'),
  read: (reader) => {
    let text = '';
    eachField(reader, [wire.bytes], (_, part) => {
      text = part.text();
    });
    return text === '' ? '0' : text;
  },
  zero: () => '0',
};

/** `IntOrString`: which of both, the number, the text; Go always writes all three. */
export const intOrString: Codec = {
  wireType: wire.bytes,
  write: (writer, value) => {
    const isText = typeof value === 'string';
    writeField(writer, string, 0x1a, isText ? value : '');
    writer.varint(isText ? 0 : ((value ?? 0) as number));
    writer.varint(0x10);
    writer.varint(isText ? 1 : 0);
    writer.varint(0x08);
  },
  read: (reader) => {
    let isText = false;
    let integer = 0;
    let text = '';
    eachField(reader, [wire.varint, wire.varint, wire.bytes], (number, part) => {
      if (number === 1) isText = part.int64() !== 0;
      else if (number === 2) integer = part.int32();
      else text = part.text();
    });
    return isText ? text : integer;
  },
  zero: () => 0,
};

/** RFC 3339 has years of four digits. */
const firstSecond = Date.parse('0000-01-01T00:00:00Z') / 1000;
const lastSecond = Date.parse('9999-12-31T23:59:59Z') / 1000;

function readTimestamp(reader: Reader): { readonly seconds: number; readonly nanos: number } | undefined {
  let seconds: number | undefined;
  let nanos = 0;
  eachField(reader, [wire.varint, wire.varint], (number, part) => {
    if (number === 1) seconds = part.int64();
    else nanos = part.int32();
  });
  // An empty message is Go's zero time, which JSON calls null.
  if (seconds === undefined) return undefined;
  if (seconds < firstSecond || seconds > lastSecond || nanos < 0 || nanos >= 1e9)
    throw broken(`${seconds} s and ${nanos} ns are no time between the years 0 and 9999`);
  return { seconds, nanos };
}

function writeTimestamp(writer: Writer, value: string, nanos: number): void {
  writer.varint(nanos);
  writer.varint(0x10);
  writer.varint(Math.floor(Date.parse(value) / 1000));
  writer.varint(0x08);
}

export const time: Codec = {
  wireType: wire.bytes,
  write: (writer, value) => {
    if (typeof value === 'string') writeTimestamp(writer, value, 0);
  },
  read: (reader) => {
    const read = readTimestamp(reader);
    return read && formatTime(read.seconds * 1000);
  },
  zero: () => undefined,
};

export const microTime: Codec = {
  wireType: wire.bytes,
  write: (writer, value) => {
    if (typeof value !== 'string') return;
    const micros = /\.(\d{1,6})/.exec(value)?.[1] ?? '0';
    writeTimestamp(writer, value, Number(micros.padEnd(6, '0')) * 1000);
  },
  read: (reader) => {
    const read = readTimestamp(reader);
    if (!read) return undefined;
    const micros = String(Math.floor(read.nanos / 1000)).padStart(6, '0');
    return `${formatTime(read.seconds * 1000).slice(0, -1)}.${micros}Z`;
  },
  zero: () => undefined,
};

/** `RawExtension`, `FieldsV1`, `JSON`: JSON text under number 1. */
export const embeddedJson: Codec = {
  wireType: wire.bytes,
  write: (writer, value) => {
    // Go's form of null is an empty message.
    if (value !== undefined && value !== null) writeField(writer, string, 0x0a, JSON.stringify(value));
  },
  read: (reader) => {
    let text: string | undefined;
    eachField(reader, [wire.bytes], (_, part) => {
      text = part.text();
    });
    if (text === undefined) return undefined;
    try {
      return parseJson(text);
    } catch (error) {
      throw broken(`an embedded object is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
  zero: () => undefined,
};

/** A list in a message of its own, its items under number 1: Go's named list types, and lists as values of maps. */
export function listMessage(item: Codec): Codec {
  const tag = 8 + item.wireType;
  return {
    wireType: wire.bytes,
    write: (writer, value) => {
      const items = (value ?? []) as readonly unknown[];
      for (let i = items.length - 1; i >= 0; i--) writeField(writer, item, tag, items[i]);
    },
    read: (reader, before) => {
      const items = Array.isArray(before) ? before : [];
      eachField(reader, [item.wireType], (_, part) => items.push(item.read(part)));
      return items;
    },
    zero: () => [],
  };
}

/** What schemas of custom resources say either as a schema or in a shorter way. */
export const schemaUnions = {
  /** A schema, or a list of them. */
  JSONSchemaPropsOrArray: (schema: Codec): Codec => orList(schema, schema),
  /** A schema, or a list of names. */
  JSONSchemaPropsOrStringArray: (schema: Codec): Codec => orList(schema, string),
  /** A schema, or whether everything is allowed. */
  JSONSchemaPropsOrBool: (schema: Codec): Codec => ({
    wireType: wire.bytes,
    write: (writer, value) => {
      const isSchema = typeof value === 'object' && value !== null;
      if (isSchema) writeField(writer, schema, 0x12, value);
      writer.varint(isSchema || value === true ? 1 : 0);
      writer.varint(0x08);
    },
    read: (reader) => {
      let value: unknown = false;
      eachField(reader, [wire.varint, wire.bytes], (number, part) => {
        if (number === 2) value = schema.read(part);
        else {
          const allows = part.int64() !== 0;
          if (typeof value === 'boolean') value = allows;
        }
      });
      return value;
    },
    zero: () => undefined,
  }),
} as const;

function orList(schema: Codec, item: Codec): Codec {
  return {
    wireType: wire.bytes,
    write: (writer, value) => {
      if (!Array.isArray(value)) {
        if (value !== undefined && value !== null) writeField(writer, schema, 0x0a, value);
        return;
      }
      for (let i = value.length - 1; i >= 0; i--) writeField(writer, item, 0x12, value[i]);
    },
    read: (reader) => {
      let one: unknown;
      const list: unknown[] = [];
      eachField(reader, [wire.bytes, wire.bytes], (number, part) => {
        if (number === 1) one = schema.read(part);
        else list.push(item.read(part));
      });
      return one ?? list;
    },
    zero: () => undefined,
  };
}
