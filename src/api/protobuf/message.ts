/** Structs: one table of fields for each type, walked in both directions. */
import type { Definition, Field } from '../schema/facts.ts';
import { type Codec, tagOf, writeField } from './codec.ts';
import { pointerTest } from './definitions.ts';
import { type Reader, wire } from './reader.ts';
import { listMessage } from './special.ts';
import type { Writer } from './writer.ts';

type JsonObject = Record<string, unknown>;

/** What stands under one number of a message. */
interface Slot {
  readonly number: number;
  write(writer: Writer, object: Readonly<JsonObject> | undefined): void;
  read(reader: Reader, object: JsonObject): void;
}

interface Table {
  /** In the order of their numbers, which is Go's. */
  readonly slots: readonly Slot[];
  readonly byNumber: readonly (Slot | undefined)[];
}

type CodecOf = (type: string) => Codec;

/** The codec of a struct. Its fields are looked at when it is used first, so that a type may contain itself. */
export function messageCodec(definition: Definition, codecOf: CodecOf): Codec {
  let table: Table | undefined;
  const fields = () => {
    table ??= tableOf(rootOf(definition, codecOf));
    return table;
  };
  return {
    wireType: wire.bytes,
    write: (writer, value) => writeSlots(writer, fields(), value as JsonObject | null | undefined),
    read: (reader, before) => {
      const object = (before ?? {}) as JsonObject;
      reader.within((part) => readSlots(part, fields(), object));
      return object;
    },
    zero: () => ({}),
  };
}

function writeSlots(writer: Writer, { slots }: Table, value: Readonly<JsonObject> | null | undefined): void {
  const object = value ?? undefined;
  for (let i = slots.length - 1; i >= 0; i--) slots[i]?.write(writer, object);
}

function readSlots(reader: Reader, { byNumber }: Table, object: JsonObject): void {
  for (let number = reader.field(); number !== 0; number = reader.field()) {
    const slot = byNumber[number];
    // As in Go, fields of a newer version are passed over.
    if (!slot) reader.skip();
    else slot.read(reader, object);
  }
}

/** The slots of a struct, and of each struct that Go embeds in it: those have a number, but no name in JSON. */
type Tree = Map<number, Tree | Slot>;

function rootOf(definition: Definition, codecOf: CodecOf): Tree {
  const root: Tree = new Map();
  const isPointer = pointerTest(definition.name);
  for (const field of definition.fields) {
    const last = field.numbers.at(-1);
    if (last === undefined) continue;
    let at = root;
    for (const number of field.numbers.slice(0, -1)) {
      const next = at.get(number);
      const inner: Tree = next instanceof Map ? next : new Map();
      at.set(number, inner);
      at = inner;
    }
    at.set(last, slotOf(field, last, { definition, codecOf, isPointer }));
  }
  return root;
}

function tableOf(tree: Tree): Table {
  const slots = [...tree]
    .map(([number, entry]) => (entry instanceof Map ? embedded(number, tableOf(entry)) : entry))
    .sort((a, b) => a.number - b.number);
  const byNumber: (Slot | undefined)[] = new Array((slots.at(-1)?.number ?? 0) + 1).fill(undefined);
  for (const slot of slots) byNumber[slot.number] = slot;
  return { slots, byNumber };
}

function embedded(number: number, table: Table): Slot {
  return {
    number,
    write(writer, object) {
      const before = writer.length;
      writeSlots(writer, table, object);
      writer.varint(writer.length - before);
      writer.varint(number * 8 + wire.bytes);
    },
    read(reader, object) {
      reader.expect(wire.bytes);
      reader.within((part) => readSlots(part, table, object));
    },
  };
}

interface SlotContext {
  readonly definition: Definition;
  readonly codecOf: CodecOf;
  readonly isPointer: ReturnType<typeof pointerTest>;
}

function slotOf(field: Field, number: number, { definition, codecOf, isPointer }: SlotContext): Slot {
  const { name, type } = field;
  if (type.startsWith('{}')) return mapSlot(name, number, valueCodec(type.slice(2), codecOf));
  if (type.startsWith('[]')) {
    const item = codecOf(type.slice(2));
    // The one field of a named list type; elsewhere those are values of maps.
    if (name === 'verbs' && definition.name.endsWith('.meta.v1.APIResource'))
      return singleSlot(field, number, { codec: listMessage(item), optional: true });
    return listSlot(name, number, item);
  }
  const codec = codecOf(type);
  const isMessage = typeof codec.zero() === 'object';
  return singleSlot(field, number, { codec, optional: type === 'bytes' || isPointer(field, isMessage) });
}

/** Values of maps may be lists, which are messages of their own there. */
function valueCodec(type: string, codecOf: CodecOf): Codec {
  return type.startsWith('[]') ? listMessage(codecOf(type.slice(2))) : codecOf(type);
}

function singleSlot(
  { name, type, required, default: fallback }: Field,
  number: number,
  { codec, optional }: { readonly codec: Codec; readonly optional: boolean },
): Slot {
  const tag = tagOf(number, codec);
  const zero = codec.zero();
  const isScalar = typeof zero !== 'object';
  // Where it is no pointer, zero means "not set", and Go leaves it out of JSON unless the field must be there. Structs
  // (quantities, for example) it never leaves out.
  const dropsZero = !type.startsWith('io.') && !optional && !required && fallback !== zero;
  return {
    number,
    write(writer, object) {
      const value = object?.[name];
      if (optional && (value === undefined || value === null)) return;
      writeField(writer, codec, tag, value);
    },
    read(reader, object) {
      reader.expect(codec.wireType);
      const value = codec.read(reader, isScalar ? undefined : object[name]);
      if (value !== undefined && !(dropsZero && value === zero)) object[name] = value;
      else delete object[name];
    },
  };
}

function listSlot(name: string, number: number, item: Codec): Slot {
  const tag = tagOf(number, item);
  return {
    number,
    write(writer, object) {
      const items = object?.[name] as readonly unknown[] | null | undefined;
      if (items) for (let i = items.length - 1; i >= 0; i--) writeField(writer, item, tag, items[i]);
    },
    read(reader, object) {
      const before = object[name] as unknown[] | undefined;
      const items = before ?? [];
      if (!before) object[name] = items;
      if (item.wireType !== wire.bytes && reader.wireType === wire.bytes) readPacked(reader, item, items);
      else {
        reader.expect(item.wireType);
        items.push(item.read(reader) ?? null);
      }
    },
  };
}

/** Numbers and booleans may come one after the other in one field. */
function readPacked(reader: Reader, item: Codec, items: unknown[]): void {
  reader.within((part) => {
    while (!part.done) items.push(item.read(part));
  });
}

const keyTag = 0x0a;

function mapSlot(name: string, number: number, value: Codec): Slot {
  const tag = number * 8 + wire.bytes;
  const valueTag = tagOf(2, value);
  return {
    number,
    write(writer, object) {
      const map = object?.[name] as Readonly<JsonObject> | null | undefined;
      if (!map) return;
      const keys = Object.keys(map).sort();
      for (let i = keys.length - 1; i >= 0; i--) {
        const key = keys[i] ?? '';
        const before = writer.length;
        writeField(writer, value, valueTag, map[key]);
        writer.text(key);
        writer.varint(Buffer.byteLength(key));
        writer.varint(keyTag);
        writer.varint(writer.length - before);
        writer.varint(tag);
      }
    },
    read(reader, object) {
      reader.expect(wire.bytes);
      const before = object[name] as JsonObject | undefined;
      const map = before ?? {};
      if (!before) object[name] = map;
      reader.within((part) => readEntry(part, value, map));
    },
  };
}

function readEntry(reader: Reader, codec: Codec, map: JsonObject): void {
  let key = '';
  let value: unknown;
  for (let number = reader.field(); number !== 0; number = reader.field()) {
    if (number === 1) {
      reader.expect(wire.bytes);
      key = reader.text();
    } else if (number === 2) {
      reader.expect(codec.wireType);
      value = codec.read(reader);
    } else reader.skip();
  }
  const content = value ?? codec.zero() ?? null;
  // Not an assignment: `__proto__` is a key like any other.
  if (key === '__proto__')
    Object.defineProperty(map, key, { value: content, enumerable: true, configurable: true, writable: true });
  else map[key] = content;
}
