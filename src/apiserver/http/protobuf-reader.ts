import { badRequest } from '../../api/status.ts';

/** One field of a message: its number, and its value by wire type. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

function broken(): Error {
  return badRequest('the body is not valid protobuf');
}

/** Walks the fields of a message (protobuf.dev/programming-guides/encoding). Throws ApiError `BadRequest`. */
export function* fieldsOf(message: Buffer): Iterable<WireField> {
  let at = 0;
  const varint = (): bigint => {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw broken();
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, result);
    }
    throw broken();
  };
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw broken();
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        yield { number, value: take(8) };
        break;
      case 2:
        yield { number, value: take(Number(varint())) };
        break;
      case 5:
        yield { number, value: take(4) };
        break;
      default:
        throw broken();
    }
  }
}

export function bytesOf(value: bigint | Buffer): Buffer {
  if (typeof value === 'bigint') throw broken();
  return value;
}

/** A signed integer; beyond 2⁵³ it loses digits, as JSON numbers do. */
export function integerOf(value: bigint | Buffer): number {
  if (typeof value !== 'bigint') throw broken();
  return Number(BigInt.asIntN(64, value));
}
