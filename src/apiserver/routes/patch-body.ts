import { parseJson } from '../../api/schema/exact-json.ts';
import { jsonSyntaxError, jsonType } from '../../api/schema/json-syntax.ts';
import { ApiError, badRequest, type FieldError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import type { JsonPatchOperation, Patch } from '../../client/client.ts';
import type { RequestContext } from '../contract.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { readBody } from '../http/body.ts';
import { mediaType } from '../http/negotiate.ts';
import { invalidOptions } from '../http/write-context.ts';
import { isRecord } from './decode.ts';
import { flag } from './read-options.ts';
import { yamlValue } from './yaml-body.ts';

/** As upstream's maxJSONPatchOperations. */
const mostJsonPatchOperations = 10_000;

const patchTypes: Readonly<Record<string, Patch['type']>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** Reads a PATCH body by its content type. Throws ApiError `UnsupportedMediaType`, `BadRequest`, `RequestEntityTooLarge` or `Invalid`. */
export async function readPatch(
  request: ApiRequest,
  context: Pick<RequestContext, 'fieldValidation' | 'warn'>,
): Promise<Patch> {
  const contentType = mediaType(request.exchange.headers['content-type']);
  const type = patchTypes[contentType];
  if (!type)
    throw new ApiError(
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${Object.keys(patchTypes).join(', ')}`,
    );
  checkOptions(request, type);
  const text = (await readBody(request.exchange)).toString('utf8');
  if (type === 'apply') {
    const body = yamlValue(text, context);
    if (!isRecord(body)) throw badRequest('the patch must be an object');
    return { type, body, force: flag(request.query, 'force') ?? false };
  }
  // Upstream reads the text twice where it looks for duplicate fields, and says so the first time.
  const prefix = type === 'strategic' || context.fieldValidation === 'Ignore' ? '' : 'error decoding patch: ';
  const value = parsePatch(text, prefix);
  if (type === 'json') return { type, operations: operationsOf(value, prefix) };
  if (!isRecord(value))
    throw badRequest(
      `${prefix}json: cannot unmarshal ${jsonType(value)} into Go value of type map[string]interface {}`,
    );
  return { type, body: value };
}

function parsePatch(text: string, prefix: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw badRequest(`${prefix}${jsonSyntaxError(text) ?? toError(error).message}`);
  }
}

function checkOptions(request: ApiRequest, type: Patch['type']): void {
  const errors: FieldError[] = [];
  if (type === 'apply' && !request.query.get('fieldManager'))
    errors.push({
      type: 'FieldValueRequired',
      field: 'fieldManager',
      message: 'Required value: is required for apply patch',
    });
  if (type !== 'apply' && request.query.has('force'))
    errors.push({
      type: 'FieldValueForbidden',
      field: 'force',
      message: 'Forbidden: may not be specified for non-apply patch',
    });
  if (errors.length > 0) throw invalidOptions('PatchOptions', errors);
}

const operationNames = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

function operationsOf(value: unknown, prefix: string): readonly JsonPatchOperation[] {
  if (!Array.isArray(value))
    throw badRequest(`${prefix}json: cannot unmarshal ${jsonType(value)} into Go value of type []interface {}`);
  if (value.length > mostJsonPatchOperations)
    throw new ApiError(
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${mostJsonPatchOperations}, got ${value.length}`,
    );
  return value.map((operation) => {
    if (isOperation(operation)) return operation;
    if (!isRecord(operation))
      throw badRequest(`json: cannot unmarshal ${jsonType(operation)} into Go value of type jsonpatch.Operation`);
    // An operation that cannot be carried out, as one that does not apply.
    throw new ApiError('Invalid', 'the server rejected our request due to an error in our request');
  });
}

function isOperation(value: unknown): value is JsonPatchOperation {
  if (!isRecord(value) || typeof value.path !== 'string') return false;
  if (typeof value.op !== 'string' || !operationNames.has(value.op)) return false;
  return (value.op !== 'move' && value.op !== 'copy') || typeof value.from === 'string';
}
