/** From the text of a request's body to an object of a kind. */

import { toError } from '../../base/errors.ts';
import type { Kind } from '../kind.ts';
import type { Draft, KubeObject } from '../object.ts';
import { type ApiError, badRequest } from '../status.ts';
import { checkBody } from './decode.ts';
import { DecodeError, decodeFailure, strictFailure, yamlFailure } from './decode-errors.ts';
import { duplicateFields, hasEveryField } from './duplicates.ts';
import { mayHaveWrittenNumbers, parseJson, parseWritten } from './exact-json.ts';
import { jsonSyntaxError, jsonType } from './json-syntax.ts';

export interface DecodeOptions {
  /** What to do with unknown and duplicate fields; they are dropped in any case, of duplicates the last one counts. */
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  readonly warn: (text: string) => void;
  /** Where the JSON was made of YAML: the keys that stood twice in there, worded. */
  readonly duplicates?: readonly string[];
}

/**
 * Decodes JSON as upstream does: apiVersion and kind may be absent and are filled in; types are checked; the rest is
 * `checkBody`'s. Throws ApiError `BadRequest`, worded as upstream.
 */
export function decodeObject(kind: Kind, json: string, options: DecodeOptions): Draft<KubeObject> {
  const value = parse(kind, json);
  checkType(kind, value);
  if (options.duplicates === undefined) checkWrittenNumbers(kind, json);
  if (options.fieldValidation === 'Ignore') return decodeValue(kind, value);
  // Looked at first: what follows takes fields out.
  const isWhole = options.duplicates !== undefined || hasEveryField(json, value);
  const unknown = checkFields(kind, value);
  const problems = isWhole ? unknown : [...unknown, ...duplicateFields(json)];
  if (problems.length > 0 || options.duplicates) tellProblems(kind, problems, options);
  return typed(kind, value);
}

function tellProblems(kind: Kind, problems: readonly string[], options: DecodeOptions): void {
  const { duplicates = [], fieldValidation, warn } = options;
  if (fieldValidation === 'Strict') {
    const all = duplicates.length > 0 ? [yamlFailure(duplicates), ...problems] : problems;
    if (all.length > 0) throw strictFailure(kind, all);
  }
  for (const problem of [...duplicates, ...problems]) warn(problem);
}

/** The same for what came in another form than JSON and has no fields that its type does not have. The value is given away. */
export function decodeValue(kind: Kind, value: Record<string, unknown>): Draft<KubeObject> {
  checkFields(kind, value);
  return typed(kind, value);
}

function typed(kind: Kind, value: Record<string, unknown>): Draft<KubeObject> {
  // A built-in type's checks leave these as strings; a custom one's have their own place.
  return Object.assign(value, { apiVersion: kind.apiVersion, kind: kind.kind }) as unknown as Draft<KubeObject>;
}

/** Numbers of a custom resource, and of YAML, are read as floats first: `1.0` is 1 there. */
function checkWrittenNumbers(kind: Kind, json: string): void {
  if (mayHaveWrittenNumbers(json) && kind.schema().name !== undefined)
    checkFields(kind, parse(kind, json, parseWritten));
}

/** Returns the paths of unknown fields. */
function checkFields(kind: Kind, value: Record<string, unknown>): readonly string[] {
  const schema = kind.schema();
  return check(() => checkBody(schema, value, { custom: schema.name === undefined }), kind);
}

function check<Result>(run: () => Result, kind: Kind): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof DecodeError) throw decodeFailure(kind, error.message);
    throw error;
  }
}

function parse(kind: Kind, json: string, read = parseJson): Record<string, unknown> {
  let value: unknown;
  try {
    value = read(json);
  } catch (error) {
    throw unrecognized(kind, json, `json parse error: ${syntaxProblem(json, error)}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  const head =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  throw unrecognized(
    kind,
    json,
    `json parse error: json: cannot unmarshal ${jsonType(value)} into Go value of type ${head}`,
  );
}

/** Upstream's answer to a body that does not even say what it is. */
function unrecognized(kind: Kind, body: string, why: string): ApiError {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind.kind}): couldn't get version/kind; ${why} (${summaryOf(body)})`,
  );
}

function syntaxProblem(json: string, error: unknown): string {
  return error instanceof RangeError ? 'exceeded max depth' : (jsonSyntaxError(json) ?? toError(error).message);
}

const summaryBytes = 30;

/** The beginning of a body: as it is where it looks like JSON, else in hexadecimal digits. */
function summaryOf(body: string): string {
  if (body === '') return '<empty>';
  const bytes = Buffer.from(body.slice(0, summaryBytes + 1));
  const more = bytes.length > summaryBytes ? ' ...' : '';
  return bytes.subarray(0, summaryBytes).toString(body.startsWith('{') ? 'utf8' : 'hex') + more;
}

/** Throws ApiError `BadRequest` for an object that says it is of another kind or version; it may say nothing. */
export function checkType(
  kind: Kind,
  { apiVersion, kind: name }: { readonly apiVersion?: unknown; readonly kind?: unknown },
): void {
  if (apiVersion && apiVersion !== kind.apiVersion)
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${kind.apiVersion})`,
    );
  if (name && name !== kind.kind)
    throw badRequest(
      `${String(name)} in version "${kind.version}" cannot be handled as a ${kind.kind}: the kind in the data (${String(name)}) does not match the expected kind (${kind.kind})`,
    );
}
