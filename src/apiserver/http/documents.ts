import { createHash } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { protobufType, type TypeMeta } from '../../api/protobuf/envelope.ts';
import { encodeObject, protobufDefinition } from '../../api/protobuf/protobuf.ts';
import { ApiError } from '../../api/status.ts';
import type { ApiRequest } from './api-request.ts';
import { plainEncoding } from './negotiate.ts';
import { acceptsGzip, jsonType } from './respond.ts';

/** Bytes that many clients ask for again and again: discovery, OpenAPI. */
export interface CachedDocument {
  readonly body: Buffer;
  /** With its quotes. */
  readonly etag: string;
  readonly contentType: string;
}

const compress = promisify(gzip);
/** Discovery for each new kubectl cache: worth less than a network packet's wait below this size. */
const compressFromBytes = 16 * 1024;

export function documentOf(value: unknown, contentType = 'application/json'): CachedDocument {
  const body = Buffer.from(JSON.stringify(value));
  return { body, etag: etagOf(body), contentType };
}

/** Upstream's form: the SHA-512 of the bytes in capital letters. */
export function etagOf(body: Uint8Array): string {
  return `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
}

/** The longest that HTTP knows (RFC 9111). */
const yearMs = 365 * 24 * 3600 * 1000;

/**
 * Sends it, or 304 when the client has it. A client that accepts another form only is told which there is. Clients need not
 * ask again for what is `immutable`: its address changes with its content.
 */
export async function sendDocument(
  request: ApiRequest,
  given: CachedDocument,
  { immutable = false }: { readonly immutable?: boolean } = {},
): Promise<void> {
  const { exchange } = request;
  const document = plainEncoding(exchange.headers.accept) === 'protobuf' ? inProtobuf(given) : given;
  const headers = headersFor(request, document, immutable);
  if (!headers) return;
  if (document.body.length < compressFromBytes || !acceptsGzip(exchange)) {
    exchange.send(200, headers, document.body);
    return;
  }
  headers['content-encoding'] = 'gzip';
  headers.vary = 'Accept, Accept-Encoding';
  exchange.send(200, headers, await compress(document.body));
}

const protobufForms = new WeakMap<CachedDocument, CachedDocument>();

/** The document itself when it has no protobuf form. */
function inProtobuf(document: CachedDocument): CachedDocument {
  if (document.contentType !== jsonType) return document;
  const known = protobufForms.get(document);
  if (known) return known;
  // Upstream's list of the core group does not say its version.
  const object = { apiVersion: 'v1', ...(JSON.parse(document.body.toString('utf8')) as Partial<TypeMeta>) } as TypeMeta;
  const definition = protobufDefinition(object);
  if (definition === undefined) return document;
  const body = encodeObject(definition, object);
  const made = { body, etag: etagOf(body), contentType: protobufType };
  protobufForms.set(document, made);
  return made;
}

/** Undefined: the client has it, and was told so. */
function headersFor(
  request: ApiRequest,
  { contentType, etag }: Pick<CachedDocument, 'contentType' | 'etag'>,
  immutable = false,
): OutgoingHttpHeaders | undefined {
  const { exchange } = request;
  const { accept } = exchange.headers;
  if (accept && !accepts(accept, contentType))
    throw new ApiError('NotAcceptable', `only the following media types are accepted: ${contentType}`);
  const headers = request.headers(contentType);
  headers.etag = etag;
  headers.vary = 'Accept';
  headers['cache-control'] = immutable ? 'public, immutable' : 'public';
  if (immutable) headers.expires = new Date(Date.now() + yearMs).toUTCString();
  if (exchange.headers['if-none-match'] !== etag) return headers;
  exchange.send(304, headers);
  return undefined;
}

function accepts(accept: string, contentType: string): boolean {
  // Go's clients ask for `v2@v1.0` and call it `v2.v1.0`, as upstream answers.
  return (
    accept.replaceAll('@', '.').includes(contentType) || accept.includes('*/*') || accept.includes('application/*')
  );
}
