import type { Secret } from '../schema/generated/types/core-v1.ts';

/** Bootstrap tokens: what a secret of theirs looks like (kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens). */

export const bootstrapTokenSecretType = 'bootstrap.kubernetes.io/token';
export const bootstrapTokenPattern = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const namePrefix = 'bootstrap-token-';

export function bootstrapTokenSecretName(id: string): string {
  return `${namePrefix}${id}`;
}

/** When the token ends, in milliseconds since 1970; undefined: never. A time that cannot be read has passed. */
export function bootstrapTokenEndMs({ data }: Secret): number | undefined {
  const text = Buffer.from(data?.['expiration'] ?? '', 'base64').toString();
  if (text === '') return undefined;
  const isRfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text);
  const endMs = isRfc3339 ? Date.parse(text) : Number.NaN;
  return Number.isNaN(endMs) ? 0 : endMs;
}

export function bootstrapTokenExpired(secret: Secret, nowMs: number): boolean {
  return (bootstrapTokenEndMs(secret) ?? Number.POSITIVE_INFINITY) <= nowMs;
}
