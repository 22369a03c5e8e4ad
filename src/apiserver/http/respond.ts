import type { OutgoingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { protobufType, type TypeMeta } from '../../api/protobuf/envelope.ts';
import { encodeObject, protobufDefinition } from '../../api/protobuf/protobuf.ts';
import { parseJson } from '../../api/schema/exact-json.ts';
import type { ApiError } from '../../api/status.ts';
import { yamlText } from '../../base/yaml-text.ts';
import { type ApiRequest, addFlowHeaders, type ParsedRequest } from './api-request.ts';
import type { Exchange } from './exchange.ts';
import { type Encoding, plainEncoding } from './negotiate.ts';
import type { Query } from './query.ts';

export const jsonType = 'application/json';
const yamlType = 'application/yaml';
export const textType = 'text/plain; charset=utf-8';

/** As upstream: smaller answers are not worth compressing. */
export const compressFromBytes = 128 * 1024;

const compress = promisify(gzip);

export function acceptsGzip(exchange: Exchange): boolean {
  const accepted = exchange.headers['accept-encoding'];
  return typeof accepted === 'string' && accepted.split(',').some((token) => token.trim() === 'gzip');
}

/** Sends finished JSON bytes as JSON, indented JSON (`?pretty=true`, browsers, curl) or YAML, compressed when large and wanted. */
export async function sendJson(
  request: ApiRequest,
  status: number,
  json: Buffer | string,
  encoding: 'json' | 'yaml' = 'json',
): Promise<void> {
  let body = json;
  if (encoding === 'yaml') body = yamlText(parseJson(json.toString()));
  else if (wantsPretty(request)) body = JSON.stringify(parseJson(json.toString()), undefined, 2);
  await sendBody(request, status, encoding === 'yaml' ? yamlType : jsonType, body);
}

/** Sends finished bytes, compressed when large and wanted. */
export async function sendBody(
  request: ApiRequest,
  status: number,
  contentType: string,
  bytes: Buffer | string,
): Promise<void> {
  const { exchange } = request;
  const headers = request.headers(contentType);
  let body = bytes;
  if (body.length >= compressFromBytes && acceptsGzip(exchange)) {
    body = await compress(body, { level: constants.Z_BEST_SPEED });
    headers['content-encoding'] = 'gzip';
    headers.vary = 'Accept-Encoding';
  }
  exchange.send(status, headers, body);
}

/** Sends a value as an API object: as the client wants it, unless the caller knows better. */
export function sendObject(
  request: ApiRequest,
  status: number,
  object: unknown,
  encoding: Encoding = plainEncoding(request.exchange.headers.accept),
): Promise<void> {
  if (encoding !== 'protobuf') return sendJson(request, status, JSON.stringify(object), encoding);
  const bytes = protobufOf(object as TypeMeta);
  return bytes ? sendBody(request, status, protobufType, bytes) : sendJson(request, status, JSON.stringify(object));
}

/** Undefined: it is no object of the API, but something that is JSON only (the version, OpenID keys). */
function protobufOf(object: TypeMeta): Buffer | undefined {
  const definition = protobufDefinition(object);
  return definition === undefined ? undefined : encodeObject(definition, object);
}

export function sendText(request: ApiRequest, status: number, text: string, contentType = textType): void {
  const headers = request.headers(contentType);
  headers['x-content-type-options'] = 'nosniff';
  request.exchange.send(status, headers, text);
}

const trueTexts = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const people = /^(?:curl|Wget|Mozilla\/5\.0)/;

/** As upstream: who asks with `?pretty`, or seems to be a person, gets something to read. */
export function wantsPretty({
  query,
  exchange,
}: {
  readonly query?: Query | undefined;
  readonly exchange: Exchange;
}): boolean {
  const pretty = query === undefined || query.size === 0 ? undefined : query.get('pretty');
  if (pretty) return trueTexts.has(pretty);
  const agent = exchange.headers['user-agent'];
  return agent !== undefined && people.test(agent);
}

/** Sends an error as `metav1.Status`; when an answer was already begun, breaks it off. */
export function sendError(
  exchange: Exchange,
  error: ApiError,
  { auditId = '', warnings, query, flow }: Partial<Pick<ParsedRequest, 'auditId' | 'warnings' | 'query' | 'flow'>> = {},
): void {
  if (exchange.answered) {
    exchange.breakOff();
    return;
  }
  const retryAfterSeconds = error.details?.retryAfterSeconds;
  const answer = error.toStatus();
  const encoding = plainEncoding(exchange.headers.accept);
  const bytes = encoding === 'protobuf' ? protobufOf(answer) : undefined;
  const indent = encoding === 'json' && wantsPretty({ query, exchange }) ? 2 : undefined;
  const headers: OutgoingHttpHeaders = {
    'audit-id': auditId,
    'cache-control': 'no-cache, private',
    'content-type': bytes ? protobufType : encoding === 'yaml' ? yamlType : jsonType,
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    ...(warnings?.header !== undefined && { warning: warnings.header }),
    ...(error.reason === 'Unauthorized' && { 'www-authenticate': 'Bearer realm="kubernetes"' }),
  };
  addFlowHeaders(headers, flow);
  exchange.send(
    error.httpCode,
    headers,
    bytes ?? (encoding === 'yaml' ? yamlText(answer) : JSON.stringify(answer, undefined, indent)),
  );
}
