import { enums, messages } from './generated/cri.ts';

/**
 * Encodes and decodes protobuf messages of the container runtime interface from the generated tables.
 *
 * Decoded messages have every scalar (its proto3 default where absent); messages inside are absent when not set.
 * 64-bit integers are numbers: nanosecond timestamps lose less than a microsecond.
 */

/** What may be given for a message: any part of it. */
export type Input<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Input<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]?: Input<T[Key]> | undefined }
      : T;

interface Field {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly label: 'single' | 'repeated' | 'map';
  readonly names: readonly string[] | undefined;
  readonly message: boolean;
}

type Plain = Record<string, unknown>;

const tables = new Map<string, readonly Field[]>();

function fieldsOf(message: string): readonly Field[] {
  let fields = tables.get(message);
  if (!fields) {
    const text = messages[message];
    if (text === undefined) throw new Error(`no such message of the container runtime interface: ${message}`);
    fields = text === '' ? [] : text.split(', ').map(parseField);
    tables.set(message, fields);
  }
  return fields;
}

function parseField(text: string): Field {
  const [number = '', name = '', full = ''] = text.split(' ');
  const type = full.replace(/\[\]|\{\}$/, '');
  const label = full.endsWith('[]') ? 'repeated' : full.endsWith('{}') ? 'map' : 'single';
  return { number: Number(number), name, type, label, names: enums[type], message: type in messages };
}

/** The bytes of `value`, a `message`. Members that the message does not have are a mistake and throw. */
export function encode(message: string, value: object): Buffer {
  const parts: Buffer[] = [];
  const fields = fieldsOf(message);
  for (const name of Object.keys(value))
    if (!fields.some((field) => field.name === name)) throw new Error(`${message} has no field ${name}`);
  for (const field of fields) {
    const member = (value as Plain)[field.name];
    if (member === undefined || member === null) continue;
    if (field.label === 'map') {
      for (const [key, text] of Object.entries(member as Record<string, string>)) {
        const entry = Buffer.concat([delimited(1, Buffer.from(key)), delimited(2, Buffer.from(text))]);
        parts.push(delimited(field.number, entry));
      }
    } else if (field.label === 'repeated') {
      for (const item of member as readonly unknown[]) parts.push(encodeOne(field, item));
    } else if (field.message || !isDefault(field, member)) parts.push(encodeOne(field, member));
  }
  return Buffer.concat(parts);
}

function isDefault(field: Field, value: unknown): boolean {
  if (field.names) return value === field.names[0];
  return value === 0 || value === '' || value === false || (value instanceof Uint8Array && value.length === 0);
}

function encodeOne(field: Field, value: unknown): Buffer {
  if (field.message) return delimited(field.number, encode(field.type, value as object));
  if (field.names) {
    const index = field.names.indexOf(String(value));
    if (index < 0) throw new Error(`${field.name}: ${String(value)} is not one of ${field.names.join(', ')}`);
    return Buffer.concat([varint(field.number << 3), varint(index)]);
  }
  switch (field.type) {
    case 'string':
      return delimited(field.number, Buffer.from(value as string));
    case 'bytes':
      return delimited(field.number, value as Uint8Array);
    case 'double': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value as number);
      return Buffer.concat([varint((field.number << 3) | 1), bytes]);
    }
    default:
      return Buffer.concat([varint(field.number << 3), varint(Number(value))]);
  }
}

function delimited(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  if (value >= 0 && value < 2 ** 31) {
    let rest = value;
    while (rest > 127) {
      bytes.push((rest & 127) | 128);
      rest >>>= 7;
    }
    bytes.push(rest);
    return Buffer.from(bytes);
  }
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** The value of `message` in `bytes`; unknown fields are skipped. Throws when the bytes are cut off. */
export function decode(message: string, bytes: Uint8Array): Plain {
  const fields = fieldsOf(message);
  const value: Plain = {};
  for (const field of fields) {
    if (field.label === 'repeated') value[field.name] = [];
    else if (field.label === 'map') value[field.name] = {};
    else if (!field.message) value[field.name] = defaultOf(field);
  }
  const reader = new Reader(bytes);
  while (!reader.done) {
    const tag = Number(reader.varint());
    const field = fields.find(({ number }) => number === tag >>> 3);
    const raw = reader.value(tag & 7);
    if (field) store(value, field, raw);
  }
  return value;
}

type Raw = bigint | Uint8Array;

function store(value: Plain, field: Field, raw: Raw): void {
  if (field.label === 'map') {
    const entry = new Reader(raw as Uint8Array);
    const pair = ['', ''];
    while (!entry.done) {
      const tag = Number(entry.varint());
      pair[(tag >>> 3) - 1] = Buffer.from(entry.value(tag & 7) as Uint8Array).toString();
    }
    (value[field.name] as Record<string, string>)[pair[0] ?? ''] = pair[1] ?? '';
  } else if (field.label === 'repeated') {
    const list = value[field.name] as unknown[];
    const packed = raw instanceof Uint8Array && !field.message && !['string', 'bytes', 'double'].includes(field.type);
    if (!packed) list.push(convert(field, raw));
    else for (const reader = new Reader(raw); !reader.done; ) list.push(convert(field, reader.varint()));
  } else value[field.name] = convert(field, raw);
}

function convert(field: Field, raw: Raw): unknown {
  if (raw instanceof Uint8Array) {
    if (field.message) return decode(field.type, raw);
    if (field.type === 'string') return Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString();
    if (field.type === 'double') return Buffer.from(raw).readDoubleLE();
    return Uint8Array.from(raw);
  }
  if (field.names) return field.names[Number(raw)] ?? String(raw);
  if (field.type === 'bool') return raw !== 0n;
  return Number(field.type.startsWith('u') ? raw : BigInt.asIntN(field.type === 'int32' ? 32 : 64, raw));
}

function defaultOf(field: Field): unknown {
  if (field.names) return field.names[0];
  if (field.type === 'string') return '';
  if (field.type === 'bool') return false;
  return field.type === 'bytes' ? new Uint8Array(0) : 0;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 127) << shift;
      if (byte < 128) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new Error('varint of more than ten bytes');
  }

  value(wireType: number): Raw {
    if (wireType === 0) return this.varint();
    const length = wireType === 2 ? Number(this.varint()) : wireType === 1 ? 8 : wireType === 5 ? 4 : -1;
    if (length < 0) throw new Error(`wire type ${wireType} is not supported`);
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error('message is cut off');
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error('message is cut off');
    return byte;
  }
}
