import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import type { Clock } from '../../../base/clock.ts';
import { toError } from '../../../base/errors.ts';
import type { UserInfo } from '../../contract.ts';
import { unverifiedIssuer } from '../service-account-token.ts';
import { forOwnAudiences, type TokenAuthenticator } from '../token.ts';
import { unauthorized } from '../unauthorized.ts';
import { type ClaimsToUser, claimsToUser } from './claims.ts';
import type { JwtConfig } from './configuration.ts';
import { IssuerKeys, type IssuerKeysOptions } from './keys.ts';

/** Whose clock is behind has tokens that begin later; upstream's leeway. A token's end counts to the second. */
const beginLeewaySeconds = 300;

interface Issuer {
  readonly config: JwtConfig;
  readonly keys: IssuerKeys;
  readonly toUser: ClaimsToUser;
}

/** ID tokens of OpenID Connect, and other tokens that are signed by a key of a discovery document, of several issuers. */
export class JwtTokens {
  readonly #options: IssuerKeysOptions;
  #issuers: ReadonlyMap<string, Issuer> = new Map();

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /** From now on these issuers count. Rejects with Error, and nothing changes, when an expression cannot be used. */
  async configure(configs: readonly JwtConfig[]): Promise<void> {
    const next = new Map<string, Issuer>();
    for (const config of configs)
      next.set(config.issuerUrl, { config, keys: this.#keysFor(config), toUser: await claimsToUser(config) });
    this.#issuers = next;
    // So that the first user need not wait; whether it works is told in the log.
    for (const { keys } of next.values()) void keys.refresh();
  }

  authenticator(own: readonly string[]): TokenAuthenticator {
    return forOwnAudiences(own, async (token) => {
      const claimed = unverifiedIssuer(token);
      const issuer = typeof claimed === 'string' ? this.#issuers.get(claimed) : undefined;
      return issuer && userOf(token, issuer, this.#options.clock);
    });
  }

  /** What has been fetched stays good as long as it would be fetched the same way. */
  #keysFor(config: JwtConfig): IssuerKeys {
    const known = this.#issuers.get(config.issuerUrl);
    const isSame =
      known?.config.discoveryUrl === config.discoveryUrl &&
      known?.config.certificateAuthority === config.certificateAuthority;
    return known && isSame ? known.keys : new IssuerKeys(config, this.#options);
  }
}

async function userOf(token: string, { config, keys, toUser }: Issuer, clock: Clock): Promise<UserInfo> {
  try {
    const claims = await verify(token, keys.get, {
      issuer: config.issuerUrl,
      audience: [...config.audiences],
      algorithms: [...config.algorithms],
      requiredClaims: ['exp'],
      clockTolerance: beginLeewaySeconds,
      currentDate: new Date(clock.now()),
    });
    if ((claims.exp ?? 0) * 1000 <= clock.now()) throw new Error('the token has expired');
    return toUser(claims);
  } catch (error) {
    throw unauthorized(`token of ${config.issuerUrl}: ${toError(error).message}`, error);
  }
}

async function verify(token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<JWTPayload> {
  const { errors, jwtVerify } = await import('jose');
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    // The token does not say which of several keys: one of them must do.
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}
