import { CodedError, toError } from '../../base/errors.ts';
import { isRuntimeError } from '../runtime/errors.ts';

const statuses = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  Invalid: 422,
  TooManyRequests: 429,
  Internal: 500,
  Unavailable: 503,
} as const;

/** An answer of the node agent's port that is an error: plain text, as the kubelet's. */
export class ServerError extends CodedError<keyof typeof statuses> {
  get status(): number {
    return statuses[this.code];
  }
}

/** Converts whatever a handler threw; what the runtime refused keeps its text. */
export function toServerError(thrown: unknown): ServerError {
  if (thrown instanceof ServerError) return thrown;
  if (isRuntimeError(thrown, 'NotFound')) return new ServerError('NotFound', thrown.rpcText, { cause: thrown });
  if (isRuntimeError(thrown, 'ResourceExhausted'))
    return new ServerError('TooManyRequests', thrown.rpcText, { cause: thrown });
  const error = toError(thrown);
  const text = 'rpcText' in error && typeof error.rpcText === 'string' ? error.rpcText : error.message;
  return new ServerError('Internal', text, { cause: thrown });
}
