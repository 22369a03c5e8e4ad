import { badRequest } from '../../../api/status.ts';

/** Where a list goes on. `revision` -1: at whatever is the present state. */
export interface ContinueToken {
  readonly revision: number;
  /** Below the resource's prefix; the first key that is wanted. */
  readonly startKey: string;
}

/** Opaque to clients; the same content as upstream's. */
export function encodeContinue({ revision, startKey }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: startKey })).toString('base64url');
}

export function decodeContinue(token: string): ContinueToken {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Record<string, unknown>;
    if (v === 'meta.k8s.io/v1' && Number.isSafeInteger(rv) && rv !== 0 && typeof start === 'string' && start !== '')
      return { revision: rv as number, startKey: start };
  } catch {
    // not base64 of JSON: told below, as for any other token that is not ours
  }
  throw badRequest('invalid continue token: continue key is not valid: the token was not made by this API');
}
