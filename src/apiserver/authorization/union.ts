import type { Attributes, Authorizer, Decision } from '../contract.ts';

/** The members of `system:masters` may do everything, whatever the roles say; else nobody could repair them. */
export const mastersAuthorizer: Authorizer = {
  authorize: ({ user }) =>
    user.groups.includes('system:masters') ? { decision: 'allow', reason: '' } : { decision: 'no-opinion', reason: '' },
};

/**
 * The first that allows or denies decides; reasons of those without an opinion are kept for the message. Answers at once
 * when all of them do.
 */
export function unionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  return { authorize: (attributes) => ask(authorizers, attributes, []) };
}

function ask(
  [first, ...others]: readonly Authorizer[],
  attributes: Attributes,
  reasons: readonly string[],
): Promise<Decision> | Decision {
  if (!first) return { decision: 'no-opinion', reason: reasons.join(', ') };
  const next = (decision: Decision) => {
    if (decision.decision !== 'no-opinion') return decision;
    return ask(others, attributes, decision.reason ? [...reasons, decision.reason] : reasons);
  };
  const decision = first.authorize(attributes);
  return decision instanceof Promise ? decision.then(next) : next(decision);
}
