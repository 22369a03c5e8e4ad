import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/object.ts';
import { openEnvelope } from '../../api/protobuf/envelope.ts';
import { decodeMessage } from '../../api/protobuf/protobuf.ts';
import { checkType, decodeObject, decodeValue } from '../../api/schema/decode-object.ts';
import { parseJson } from '../../api/schema/exact-json.ts';
import { jsonSyntaxError } from '../../api/schema/json-syntax.ts';
import { ApiError, badRequest } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import type { RequestContext } from '../contract.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { readBody } from '../http/body.ts';
import { inputEncoding } from '../http/negotiate.ts';
import { fillDefaults } from '../registry/write/defaults.ts';
import { readYaml } from './yaml-body.ts';

/** The body's object. Throws ApiError `BadRequest`, `UnsupportedMediaType`, or what decoding finds. */
export async function readObject(request: ApiRequest, kind: Kind, context: RequestContext): Promise<Draft<KubeObject>> {
  const encoding = inputEncoding(request.exchange.headers['content-type']);
  const body = await readBody(request.exchange);
  if (encoding === 'json') return decodeObject(kind, body.toString('utf8'), context);
  if (encoding === 'protobuf') return protobufObject(kind, body);
  const { json, duplicates } = readYaml(body.toString('utf8'));
  return decodeObject(kind, json, { fieldValidation: context.fieldValidation, warn: context.warn, duplicates });
}

function protobufObject(kind: Kind, body: Buffer): Draft<KubeObject> {
  const { name } = kind.schema();
  // Custom resources have no protobuf form.
  if (name === undefined) throw new ApiError('UnsupportedMediaType', `${kind.kind} has no protobuf form; send JSON`);
  const envelope = openEnvelope(body);
  checkType(kind, envelope);
  // Kind and version come first, as in JSON.
  return decodeValue(kind, { kind: kind.kind, apiVersion: kind.apiVersion, ...decodeMessage(name, envelope.raw) });
}

/** The same, as the type that the kind describes: with everything that its fields must have. */
export async function readTyped<T extends KubeObject>(
  request: ApiRequest,
  kind: Kind<T>,
  context: RequestContext,
): Promise<T> {
  const object = await readObject(request, kind, context);
  fillDefaults(kind as unknown as Kind, object);
  return object as unknown as T;
}

const deleteOptions = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';

/** The body of a deletion, not looked into. Undefined when it is empty. */
export async function readDeleteBody(request: ApiRequest): Promise<unknown> {
  const body = await readBody(request.exchange);
  if (body.length === 0) return undefined;
  const encoding = inputEncoding(request.exchange.headers['content-type']);
  if (encoding === 'protobuf') {
    const { kind, raw } = openEnvelope(body);
    return { ...(kind && { kind }), ...decodeMessage(deleteOptions, raw) };
  }
  const text = body.toString('utf8');
  return jsonValue(encoding === 'json' ? text : readYaml(text).json);
}

/** Throws ApiError `BadRequest`. */
export function jsonValue(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${jsonSyntaxError(text) ?? toError(error).message}`);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
