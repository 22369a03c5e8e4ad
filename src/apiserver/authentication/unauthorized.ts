import { ApiError } from '../../api/status.ts';

/** The 401. The client learns nothing of why; `reason` is for the log, and must not have the credentials in it. */
export function unauthorized(reason: string, cause?: unknown): ApiError {
  return new ApiError('Unauthorized', 'Unauthorized', undefined, { cause: new Error(reason, { cause }) });
}
