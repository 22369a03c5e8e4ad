import { CodedError, errorCode, toError } from '../../base/errors.ts';

/** The gRPC codes by number. */
const names = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
] as const;

export type RuntimeCode = (typeof names)[number];

/** What the container runtime refused or could not do; the code is gRPC's. */
export class RuntimeError extends CodedError<RuntimeCode> {
  /** As kubelet messages print it: `rpc error: code = NotFound desc = …`. */
  get rpcText(): string {
    return `rpc error: code = ${this.code} desc = ${this.message}`;
  }
}

/** Converts what grpc-js throws. */
export function toRuntimeError(thrown: unknown): RuntimeError {
  if (thrown instanceof RuntimeError) return thrown;
  const error = toError(thrown);
  if ('code' in error && typeof error.code === 'number') {
    const details = 'details' in error && typeof error.details === 'string' ? error.details : error.message;
    return new RuntimeError(names[error.code] ?? 'Unknown', details, { cause: error });
  }
  return new RuntimeError('Unknown', `${errorCode(error) ?? error.name}: ${error.message}`, { cause: error });
}

export function isRuntimeError(thrown: unknown, ...codes: readonly RuntimeCode[]): thrown is RuntimeError {
  return thrown instanceof RuntimeError && codes.includes(thrown.code);
}

/** The text of an error as events and waiting messages carry it. */
export function runtimeText(thrown: unknown): string {
  return thrown instanceof RuntimeError ? thrown.rpcText : toError(thrown).message;
}
