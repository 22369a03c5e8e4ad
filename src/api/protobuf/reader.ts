import { badRequest } from '../status.ts';

/** `protobuf.dev/programming-guides/encoding`; groups (3 and 4) are refused. */
export const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** As the protobuf libraries bound it. */
const mostDepth = 100;
/** An empty message takes two bytes, an object in memory far more. */
const mostMessages = 500_000;
const mostFieldNumber = 2 ** 29 - 1;

/**
 * A cursor over a message that somebody sent. Parts are read in place, nothing is allocated for a length before it is
 * known to be there. Every method throws ApiError `BadRequest` for what is no protobuf.
 */
export class Reader {
  readonly #buffer: Buffer;
  #at: number;
  #end: number;
  #depth = 0;
  #messages = 0;
  #wireType = 0;
  /** The message is all there is, and has no length in front. */
  #lengthKnown = false;

  constructor(buffer: Buffer, start = 0) {
    this.#buffer = buffer;
    this.#at = start;
    this.#end = buffer.length;
  }

  /** The next field's number; 0 at the end of the message. */
  field(): number {
    if (this.#at >= this.#end) return 0;
    const tag = this.#unsigned();
    this.#wireType = tag % 8;
    const number = Math.floor(tag / 8);
    if (number === 0 || number > mostFieldNumber) throw broken(`${number} is no field number`);
    return number;
  }

  get wireType(): number {
    return this.#wireType;
  }

  /** The field just begun must have this wire type. */
  expect(wireType: number): void {
    if (this.#wireType !== wireType) throw broken(`a field has wire type ${this.#wireType} in place of ${wireType}`);
  }

  /** Passes over the field just begun. */
  skip(): void {
    switch (this.#wireType) {
      case wire.varint:
        this.#unsigned();
        return;
      case wire.fixed64:
        this.#advance(8);
        return;
      case wire.bytes:
        this.#advance(this.#unsigned());
        return;
      case wire.fixed32:
        this.#advance(4);
        return;
      default:
        throw broken(`a field has wire type ${this.#wireType}`);
    }
  }

  /** A signed integer; beyond 2⁵³ it loses digits, as JSON numbers do. */
  int64(): number {
    const first = this.#buffer[this.#at];
    if (first !== undefined && first < 0x80 && this.#at < this.#end) {
      this.#at++;
      return first;
    }
    return this.#varint(true);
  }

  /** What is larger loses its upper bits, as in Go. */
  int32(): number {
    const value = this.int64();
    return Number.isSafeInteger(value) ? Number(BigInt.asIntN(32, BigInt(value))) : 0;
  }

  double(): number {
    const start = this.#advance(8);
    return this.#buffer.readDoubleLE(start);
  }

  text(): string {
    const length = this.#unsigned();
    const start = this.#advance(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  /** Shares memory with the message. */
  bytes(): Buffer {
    const length = this.#unsigned();
    const start = this.#advance(length);
    return this.#buffer.subarray(start, start + length);
  }

  /** Reads what has a length in front with `read`, which sees the end of that part as the end of the message. */
  within<Result>(read: (reader: Reader) => Result): Result {
    const length = this.#lengthKnown ? this.#end : this.#unsigned();
    this.#lengthKnown = false;
    const start = this.#advance(length);
    if (++this.#messages > mostMessages) throw broken(`it has more than ${mostMessages} messages inside`);
    if (++this.#depth > mostDepth) throw broken(`it is nested deeper than ${mostDepth} messages`);
    const outer = this.#end;
    this.#at = start;
    this.#end = start + length;
    const result = read(this);
    this.#at = start + length;
    this.#end = outer;
    this.#depth--;
    return result;
  }

  /** A reader for a codec of messages, which expects a length in front. */
  static whole(message: Buffer): Reader {
    const reader = new Reader(message);
    reader.#lengthKnown = true;
    return reader;
  }

  /** Whether the present part is at its end. */
  get done(): boolean {
    return this.#at >= this.#end;
  }

  #advance(bytes: number): number {
    const start = this.#at;
    if (bytes > this.#end - start) throw broken('it ends too early');
    this.#at = start + bytes;
    return start;
  }

  #unsigned(): number {
    return this.#varint(false);
  }

  #varint(signed: boolean): number {
    let value = 0;
    let factor = 1;
    for (let count = 1; count <= 7; count++, factor *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    return this.#longVarint(value, signed);
  }

  /** More than 49 bits; the lowest of them are in `low`. */
  #longVarint(low: number, signed: boolean): number {
    let value = BigInt(low);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value));
    }
    throw broken('a number has more than 64 bits');
  }

  #byte(): number {
    const byte = this.#buffer[this.#at];
    if (byte === undefined || this.#at >= this.#end) throw broken('it ends too early');
    this.#at++;
    return byte;
  }
}

/** The answer to a body that is no protobuf, or not what it should be. */
export function broken(why: string): Error {
  return badRequest(`the body is not valid Kubernetes protobuf: ${why}`);
}
