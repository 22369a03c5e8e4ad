import { ApiError, badRequest, type Status, type StatusReason } from '../../../api/status.ts';
import { toError } from '../../../base/errors.ts';

/** A webhook that could not be asked, or that answered nonsense: what its failure policy is for. */
export class WebhookCallError extends Error {
  constructor(webhook: string, why: string, cause?: unknown) {
    super(`failed calling webhook ${JSON.stringify(webhook)}: ${why}`, { cause });
    this.name = 'WebhookCallError';
  }
}

/** Refusal of a request because a webhook with failure policy `Fail` did not do its part. */
export function failedClosed(error: unknown): ApiError {
  return new ApiError('InternalError', `Internal error occurred: ${toError(error).message}`, {
    causes: [{ message: toError(error).message }],
  });
}

/** A webhook's refusal: its own status code and reason, never one that says success. */
export function denied(webhook: string, status: Partial<Status> = {}): ApiError {
  const { message, reason, code = 0, details } = status;
  const subject = `admission webhook ${JSON.stringify(webhook)} denied the request`;
  const text = message || reason;
  // The reason is the webhook's own word; clients compare it with those they know.
  return new ApiError(
    (reason ?? '') as StatusReason,
    text ? `${subject}: ${text}` : `${subject} without explanation`,
    details,
    {
      httpCode: code < 400 || code > 599 ? 400 : code,
    },
  );
}

export function noDryRun(webhook: string): ApiError {
  return badRequest(`admission webhook ${JSON.stringify(webhook)} does not support dry run`);
}
