import { ApiError, type ApiErrorDetails, type StatusReason } from '../../api/status.ts';

/** The largest answer that is read: a list page of large objects stays far below. */
const maxBodyBytes = 512 * 1024 * 1024;
/** The largest event of a watch. */
const maxLineBytes = 16 * 1024 * 1024;

const byCode: Readonly<Record<number, StatusReason>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** The error that a Status, or any other answer with an error's code, stands for. */
export function apiErrorOf(code: number, body: unknown): ApiError {
  const fallback = byCode[code] ?? 'InternalError';
  if (!isStatus(body)) {
    const text = typeof body === 'string' && body !== '' ? `: ${body.slice(0, 500).trim()}` : '';
    return new ApiError(fallback, `the server answered ${code}${text}`, undefined, { httpCode: code });
  }
  const { reason, message, details, metadata } = body;
  return new ApiError((reason || fallback) as StatusReason, message || `the server answered ${code}`, details, {
    httpCode: body.code ?? code,
    ...(metadata?.continue && { continueToken: metadata.continue }),
  });
}

interface StatusLike {
  readonly kind: 'Status';
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
  readonly details?: ApiErrorDetails;
  readonly metadata?: { readonly continue?: string };
}

export function isStatus(body: unknown): body is StatusLike {
  return typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status';
}

/** The whole body, parsed where it is JSON. */
export async function readBody(chunks: AsyncIterable<Uint8Array>): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBodyBytes) throw new Error(`cannot read the answer: more than ${maxBodyBytes} bytes`);
    parts.push(chunk);
  }
  const text = Buffer.concat(parts).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text; // told with the answer's code
    throw error;
  }
}

/** The lines of a watch, parsed. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      bytes = 0;
      start = end + 1;
      if (line !== '') yield JSON.parse(line);
    }
    parts.push(chunk.subarray(start));
    bytes += chunk.byteLength - start;
    if (bytes > maxLineBytes) throw new Error(`cannot read the watch: an event has more than ${maxLineBytes} bytes`);
  }
}
