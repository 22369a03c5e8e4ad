import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { openEnvelope, protobufType } from '../../api/protobuf/envelope.ts';
import { decodeMessage, protobufDefinition } from '../../api/protobuf/protobuf.ts';
import { parseJson } from '../../api/schema/exact-json.ts';
import { errorCode } from '../../base/errors.ts';
import { yaml } from '../../base/yaml.ts';

/** What passed one way: bytes, bounded. */
export class Captured {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #isTooLarge = false;

  /** `chunk` may be used again by whoever gave it. */
  add(chunk: Uint8Array | string): void {
    this.#bytes += chunk.length;
    this.#isTooLarge ||= this.#bytes > mostBytes;
    if (this.#isTooLarge) this.#chunks.length = 0;
    else this.#chunks.push(Buffer.from(chunk));
  }

  /** Undefined: nothing came, or more than is kept. */
  get bytes(): Buffer | undefined {
    return this.#isTooLarge || this.#bytes === 0 ? undefined : Buffer.concat(this.#chunks);
  }

  get isTooLarge(): boolean {
    return this.#isTooLarge;
  }
}

/** Larger bodies are left out of events, which says so. */
const mostBytes = 16 * 1024 * 1024;
const unzip = promisify(gunzip);

/** What a body says. */
export interface Body {
  /** Undefined: there is none, or it is of no kind that JSON can say. */
  readonly object: unknown;
  /** There was more of it, packed or not, than is looked at. */
  readonly isTooLarge: boolean;
}

export async function bodyOf(captured: Captured, contentType: string, encoding: string | undefined): Promise<Body> {
  const { isTooLarge } = captured;
  let { bytes } = captured;
  if (!bytes) return { object: undefined, isTooLarge };
  try {
    if (encoding === 'gzip') bytes = await unzip(bytes, { maxOutputLength: mostBytes });
    return { object: decoded(bytes, contentType), isTooLarge };
  } catch (error) {
    // What the client sent need not be an object at all; it was answered that, and the event stands.
    return { object: undefined, isTooLarge: errorCode(error) === 'ERR_BUFFER_TOO_LARGE' };
  }
}

function decoded(bytes: Buffer, contentType: string): unknown {
  const [type = ''] = contentType.split(';', 1);
  if (type === protobufType) {
    const { raw, ...meta } = openEnvelope(bytes);
    const definition = protobufDefinition(meta);
    return definition === undefined
      ? undefined
      : { kind: meta.kind, apiVersion: meta.apiVersion, ...decodeMessage(definition, raw) };
  }
  const text = bytes.toString('utf8');
  if (type.endsWith('json') || type === '') return parseJson(text);
  return type.includes('yaml') ? yaml().parse(text, { maxAliasCount: 100 }) : undefined;
}

/** The same without metadata.managedFields, in items of lists as well. */
export function withoutManagedFields(object: unknown): unknown {
  if (!isRecord(object)) return object;
  const { items } = object;
  const stripped = isRecord(object['metadata']) ? { ...object, metadata: withoutField(object['metadata']) } : object;
  return Array.isArray(items) ? { ...stripped, items: items.map(withoutManagedFields) } : stripped;
}

function withoutField(metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { managedFields: _gone, ...rest } = metadata;
  return rest;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
