import { ApiError, badRequest, type FieldError } from '../../api/status.ts';
import type { JsonPatchOperation, Patch } from '../../client/client.ts';
import type { RequestContext } from '../contract.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { readBody } from '../http/body.ts';
import { mediaType } from '../http/negotiate.ts';
import { invalidOptions } from '../http/write-context.ts';
import { isRecord, jsonValue } from './decode.ts';
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
  if (type === 'json') return { type, operations: operationsOf(jsonValue(text)) };
  const body = type === 'apply' ? yamlValue(text, context) : jsonValue(text);
  if (!isRecord(body)) throw badRequest('the patch must be an object');
  if (type !== 'apply') return { type, body };
  return { type, body, force: flag(request.query, 'force') ?? false };
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

function operationsOf(value: unknown): readonly JsonPatchOperation[] {
  if (!Array.isArray(value)) throw badRequest('a JSON patch must be an array of operations');
  if (value.length > mostJsonPatchOperations)
    throw new ApiError(
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${mostJsonPatchOperations}, got ${value.length}`,
    );
  return value.map((operation, index) => {
    if (isOperation(operation)) return operation;
    throw badRequest(`operation ${index} of the JSON patch needs op (add, remove, replace, move, copy, test) and path`);
  });
}

function isOperation(value: unknown): value is JsonPatchOperation {
  if (!isRecord(value) || typeof value.path !== 'string') return false;
  if (typeof value.op !== 'string' || !operationNames.has(value.op)) return false;
  return (value.op !== 'move' && value.op !== 'copy') || typeof value.from === 'string';
}
