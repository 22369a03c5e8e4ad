/**
 * `runtime.Unknown` with its magic number: what goes over the wire is `k8s\0`, then the object's kind and version, then
 * the object. Objects inside of lists have no envelope.
 */
import { broken, Reader, wire } from './reader.ts';
import { Writer } from './writer.ts';

export const protobufType = 'application/vnd.kubernetes.protobuf';

const magic = Buffer.from('k8s\0');

export interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface Envelope extends TypeMeta {
  /** The message; shares memory with the body. */
  readonly raw: Buffer;
}

/** Throws ApiError `BadRequest`. */
export function openEnvelope(body: Buffer): Envelope {
  if (!body.subarray(0, magic.length).equals(magic)) throw broken('it does not begin with k8s\\0');
  const reader = new Reader(body, magic.length);
  const type = { apiVersion: '', kind: '' };
  let raw: Buffer = body.subarray(0, 0);
  for (let number = reader.field(); number !== 0; number = reader.field()) {
    if (number > 4) {
      reader.skip();
      continue;
    }
    reader.expect(wire.bytes);
    if (number === 1) reader.within((part) => readType(part, type));
    else if (number === 2) raw = reader.bytes();
    else checkContent(number === 3 ? 'encoding' : 'type', reader.text());
  }
  return { ...type, raw };
}

function readType(reader: Reader, type: { apiVersion: string; kind: string }): void {
  for (let number = reader.field(); number !== 0; number = reader.field()) {
    if (number > 2) {
      reader.skip();
      continue;
    }
    reader.expect(wire.bytes);
    type[number === 1 ? 'apiVersion' : 'kind'] = reader.text();
  }
}

function checkContent(what: 'encoding' | 'type', value: string): void {
  if (value === '' || (what === 'type' && value === protobufType)) return;
  throw broken(`the content ${what} ${JSON.stringify(value.slice(0, 100))} of its object is not supported`);
}

/** Tag and length of the object, and what follows it: empty content encoding and type, which Go always writes. */
const rawTag = 0x12;
const tail = Buffer.from([0x1a, 0, 0x22, 0]);

/** What comes before and after an object of `rawBytes` bytes, so that large ones need not be copied. */
export function envelopeAround(
  { apiVersion, kind }: TypeMeta,
  rawBytes: number,
): { readonly head: Buffer; readonly tail: Buffer } {
  const writer = new Writer();
  writer.varint(rawBytes);
  writer.varint(rawTag);
  const start = writer.length;
  for (const [tag, text] of [
    [0x12, kind],
    [0x0a, apiVersion],
  ] as const) {
    const before = writer.length;
    writer.text(text);
    writer.varint(writer.length - before);
    writer.varint(tag);
  }
  writer.varint(writer.length - start);
  writer.varint(0x0a);
  writer.bytes(magic);
  return { head: writer.take(), tail };
}
