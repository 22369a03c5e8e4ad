import type { Authenticator } from '../contract.ts';

/** The first that knows the credentials answers; the order of the list decides. */
export function unionAuthenticator(authenticators: readonly Authenticator[]): Authenticator {
  return {
    async authenticate(credentials, signal) {
      for (const authenticator of authenticators) {
        const user = await authenticator.authenticate(credentials, signal);
        if (user) return user;
      }
      return undefined;
    },
  };
}
