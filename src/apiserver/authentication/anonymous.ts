import type { Authenticator, UserInfo } from '../contract.ts';

/** Where requests without credentials are let in: everywhere, nowhere, or on these very paths. */
export type AnonymousPaths = 'all' | 'none' | readonly string[];

/** K3s lets nobody in anonymously; these say nothing secret, and load balancers ask them. */
export const healthPaths: readonly string[] = ['/livez', '/readyz', '/healthz'];

const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** `paths` is asked for each request, so that a new configuration holds at once. */
export function anonymousAuthenticator(paths: () => AnonymousPaths): Authenticator {
  return {
    async authenticate({ path }) {
      const allowed = paths();
      if (allowed === 'none') return undefined;
      return allowed === 'all' || allowed.includes(path) ? anonymous : undefined;
    },
  };
}
