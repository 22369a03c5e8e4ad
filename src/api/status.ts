import type { Status, StatusCause } from './schema/generated/types/meta-v1.ts';

export type { Status, StatusCause };

/** `metav1.StatusReason`: what a client branches on. */
export type StatusReason =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Invalid'
  | 'ServerTimeout'
  | 'Timeout'
  | 'TooManyRequests'
  | 'MethodNotAllowed'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'UnsupportedMediaType'
  | 'InternalError'
  | 'Expired'
  | 'ServiceUnavailable'
  | 'StoreReadError';

const codes: Readonly<Record<StatusReason, number>> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Invalid: 422,
  ServerTimeout: 500,
  Timeout: 504,
  TooManyRequests: 429,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  InternalError: 500,
  Expired: 410,
  ServiceUnavailable: 503,
  StoreReadError: 500,
};

export interface ApiErrorDetails {
  readonly name?: string;
  readonly group?: string;
  /** The plural resource name, as upstream fills `details.kind`. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** An answer of the API that is an error: a `metav1.Status`. The one error class of the API boundary, on both sides. */
export class ApiError extends Error {
  readonly reason: StatusReason;
  readonly httpCode: number;
  readonly details: ApiErrorDetails | undefined;
  /** Where an interrupted list may go on, for `metadata.continue` of the Status. */
  readonly continueToken: string | undefined;

  constructor(
    reason: StatusReason,
    message: string,
    details?: ApiErrorDetails,
    options?: { cause?: unknown; httpCode?: number; continueToken?: string },
  ) {
    super(message, options);
    this.name = 'ApiError';
    this.reason = reason;
    this.httpCode = options?.httpCode ?? codes[reason];
    this.details = details;
    this.continueToken = options?.continueToken;
  }

  toStatus(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.continueToken === undefined ? {} : { continue: this.continueToken },
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details && { details: this.details }),
      code: this.httpCode,
    };
  }
}

/** Whether `error` is an ApiError with one of these reasons. */
export function isApiError(error: unknown, ...reasons: readonly StatusReason[]): error is ApiError {
  return error instanceof ApiError && (reasons.length === 0 || reasons.includes(error.reason));
}

/** The names by which messages speak of a resource: `pods "x" not found`, `deployments.apps "x" not found`. */
export interface ResourceNames {
  readonly group: string;
  readonly plural: string;
}

function qualifiedResource({ group, plural }: ResourceNames): string {
  return group ? `${plural}.${group}` : plural;
}

function detailsOf({ group, plural }: ResourceNames, name: string): ApiErrorDetails {
  return { ...(name && { name }), ...(group && { group }), kind: plural };
}

export function notFound(resource: ResourceNames, name: string): ApiError {
  return new ApiError('NotFound', `${qualifiedResource(resource)} "${name}" not found`, detailsOf(resource, name));
}

export function alreadyExists(resource: ResourceNames, name: string): ApiError {
  return new ApiError(
    'AlreadyExists',
    `${qualifiedResource(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );
}

export function conflict(resource: ResourceNames, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualifiedResource(resource)} "${name}": ${why}`;
  return new ApiError('Conflict', message, detailsOf(resource, name));
}

/** The usual conflict: somebody else wrote first. */
export function staleObject(resource: ResourceNames, name: string): ApiError {
  return conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function badRequest(message: string): ApiError {
  return new ApiError('BadRequest', message);
}

export function forbidden(resource: ResourceNames, name: string, why: string): ApiError {
  const subject = name
    ? `${qualifiedResource(resource)} "${name}" is forbidden`
    : `${qualifiedResource(resource)} is forbidden`;
  return new ApiError('Forbidden', `${subject}: ${why}`, detailsOf(resource, name));
}

/** One fault found by validation; `field` is a path such as `spec.containers[0].name`. */
export interface FieldError {
  /** Upstream's `field.ErrorType`, as it appears in `details.causes[].reason`. */
  readonly type:
    | 'FieldValueNotFound'
    | 'FieldValueRequired'
    | 'FieldValueDuplicate'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'InternalError'
    | 'FieldValueTypeInvalid';
  readonly field: string;
  /** The whole text after the field's path, for example `Required value: must be set`. */
  readonly message: string;
}

/** 422 with all causes, worded as upstream: `Pod "x" is invalid: spec.a: Required value`. */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): ApiError {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  const body = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const causes = errors.map(({ type, field, message }) => ({ reason: type, message, field }));
  const subject = kind.group ? `${kind.kind}.${kind.group}` : kind.kind;
  return new ApiError('Invalid', `${subject} "${name}" is invalid: ${body}`, {
    ...(name && { name }),
    ...(kind.group && { group: kind.group }),
    kind: kind.kind,
    causes,
  });
}
