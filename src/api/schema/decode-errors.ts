import { type ApiError, badRequest } from '../status.ts';

/** The body cannot be read as the type; the message is that of upstream's decoder. */
export class DecodeError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DecodeError';
  }
}

/** Upstream's answer to a body that cannot be decoded. `detail` is a DecodeError's or a JSON parser's message. */
export function decodeFailure(kind: { readonly version: string; readonly kind: string }, detail: string): ApiError {
  return badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${detail}`);
}

/** Upstream's answer where field validation is Strict and there are unknown or duplicate fields. */
export function strictFailure(
  kind: { readonly version: string; readonly kind: string },
  problems: readonly string[],
): ApiError {
  return decodeFailure(kind, `strict decoding error: ${problems.join(', ')}`);
}

/** What upstream's YAML reader calls all keys together that stand twice in a map. */
export function yamlFailure(duplicates: readonly string[]): string {
  return ['yaml: unmarshal errors:', ...duplicates].join('\n  ');
}
