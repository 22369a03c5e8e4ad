import { isApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import type { Authenticator } from '../contract.ts';
import { unauthorized } from './unauthorized.ts';

/**
 * The first that accepts the credentials answers; the order of the list decides. One that refuses does not keep the
 * next from accepting others in the same request, as upstream's union.
 */
export function unionAuthenticator(authenticators: readonly Authenticator[]): Authenticator {
  return {
    async authenticate(credentials, signal) {
      const reasons: string[] = [];
      for (const authenticator of authenticators) {
        try {
          const user = await authenticator.authenticate(credentials, signal);
          if (user) return user;
        } catch (error) {
          if (!isApiError(error, 'Unauthorized')) throw error;
          reasons.push(error.cause === undefined ? error.message : toError(error.cause).message);
        }
      }
      if (reasons.length > 0) throw unauthorized(reasons.join('; '));
      return undefined;
    },
  };
}

/** Asks `fallback` when `authenticator` knows nobody; one that refuses decides. */
export function withFallback(authenticator: Authenticator, fallback: Authenticator): Authenticator {
  return {
    async authenticate(credentials, signal) {
      return (await authenticator.authenticate(credentials, signal)) ?? fallback.authenticate(credentials, signal);
    },
  };
}
