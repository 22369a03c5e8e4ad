import { fill } from '../fill.ts';
import type { Draft } from '../object.ts';
import type { Secret } from '../schema/generated/types/core-v1.ts';

/** `stringData` is for writing only: its entries become data, and win over data of the same name. */
export function defaultSecret(secret: Draft<Secret>): void {
  fill(secret, { type: 'Opaque' });
  if (!secret.stringData) return;
  const encoded = Object.entries(secret.stringData).map(([name, text]) => [name, Buffer.from(text).toString('base64')]);
  secret.data = { ...secret.data, ...(Object.fromEntries(encoded) as Record<string, string>) };
  delete secret.stringData;
}
