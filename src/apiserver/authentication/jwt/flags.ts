import type { OidcFlags } from '../settings.ts';
import type { JwtConfig } from './configuration.ts';

/** The old flags as the configuration that they stand for. */
export function configOfFlags(flags: OidcFlags, certificateAuthority: string | undefined): JwtConfig {
  const { issuerUrl, clientId, usernameClaim, usernamePrefix, groupsClaim, groupsPrefix } = flags;
  // Names of other claims than an address could be those of somebody else's users.
  const standardPrefix = usernameClaim === 'email' ? '' : `${issuerUrl}#`;
  return {
    issuerUrl,
    audiences: [clientId],
    algorithms: flags.signingAlgorithms,
    claimRules: flags.requiredClaims.map(([claim, requiredValue]) => ({ claim, requiredValue })),
    username: {
      claim: usernameClaim,
      prefix: usernamePrefix === undefined ? standardPrefix : usernamePrefix === '-' ? '' : usernamePrefix,
    },
    ...(groupsClaim && { groups: { claim: groupsClaim, prefix: groupsPrefix } }),
    extra: [],
    userRules: [],
    ...(certificateAuthority && { certificateAuthority }),
  };
}
