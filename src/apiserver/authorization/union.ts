import type { Authorizer } from '../contract.ts';

/** The members of `system:masters` may do everything, whatever the roles say; else nobody could repair them. */
export const mastersAuthorizer: Authorizer = {
  authorize: ({ user }) =>
    user.groups.includes('system:masters') ? { decision: 'allow', reason: '' } : { decision: 'no-opinion', reason: '' },
};

/** The first that allows or denies decides; reasons of those without an opinion are kept for the message. */
export function unionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  return {
    async authorize(attributes) {
      const reasons: string[] = [];
      for (const authorizer of authorizers) {
        const decision = await authorizer.authorize(attributes);
        if (decision.decision !== 'no-opinion') return decision;
        if (decision.reason) reasons.push(decision.reason);
      }
      return { decision: 'no-opinion', reason: reasons.join(', ') };
    },
  };
}
