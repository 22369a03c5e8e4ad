import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../../base/clock.ts';
import { toError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { JwtConfig } from './configuration.ts';
import { fetchJson } from './fetch.ts';

/** Where the keys are. */
export type IssuerAddress = Pick<JwtConfig, 'issuerUrl' | 'discoveryUrl' | 'certificateAuthority'>;

export interface IssuerKeysOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: over HTTPS. */
  readonly fetch?: typeof fetchJson;
}

/** The least time between two looks at an issuer, whatever tokens come. */
const waitMs = 10_000;
/** Keys are looked at again after this, so that one that was withdrawn ends to count. */
const freshMs = 3_600_000;

/**
 * The keys of one issuer, by its discovery document: fetched with the first token, kept, and fetched again for a key
 * that is not known. An issuer that does not answer delays nothing but its own tokens, and those only while it is asked.
 */
export class IssuerKeys {
  readonly #config: IssuerAddress;
  readonly #options: IssuerKeysOptions;
  #keys: JWTVerifyGetKey | undefined;
  #fetchedMs = Number.NEGATIVE_INFINITY;
  #askedMs = Number.NEGATIVE_INFINITY;
  #pending: Promise<void> | undefined;
  #fault = 'its keys have not been fetched yet';

  constructor(config: IssuerAddress, options: IssuerKeysOptions) {
    this.#config = config;
    this.#options = options;
  }

  /** For `jwtVerify`. Rejects with Error when the issuer cannot be asked, or has no such key. */
  readonly get: JWTVerifyGetKey = async (header, token) => {
    if (!this.#keys) await this.refresh();
    if (!this.#keys) throw new Error(`the keys of ${this.#config.issuerUrl} are not known: ${this.#fault}`);
    // Old keys serve while new ones are on their way.
    if (this.#options.clock.monotonic() - this.#fetchedMs > freshMs) void this.refresh();
    const before = this.#keys;
    try {
      return await before(header, token);
    } catch (error) {
      const { errors } = await import('jose');
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.refresh();
      if (this.#keys === before) throw error;
      return this.#keys(header, token);
    }
  };

  /** Asks the issuer, unless it was asked just now. Never rejects. */
  refresh(): Promise<void> {
    const { clock } = this.#options;
    if (this.#pending) return this.#pending;
    if (clock.monotonic() - this.#askedMs < waitMs) return Promise.resolve();
    this.#askedMs = clock.monotonic();
    this.#pending = this.#fetch()
      .catch((error: unknown) => {
        this.#fault = toError(error).message;
        this.#options.log.warn('cannot get the keys of an issuer', { issuer: this.#config.issuerUrl, error });
      })
      .finally(() => {
        this.#pending = undefined;
      });
    return this.#pending;
  }

  async #fetch(): Promise<void> {
    const { issuerUrl, discoveryUrl, certificateAuthority } = this.#config;
    const { clock, fetch = fetchJson } = this.#options;
    const url = discoveryUrl ?? `${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const document = (await fetch(url, certificateAuthority)) as { issuer?: unknown; jwks_uri?: unknown } | null;
    if (document?.issuer !== issuerUrl)
      throw new Error(
        `the document at ${url} is of the issuer ${JSON.stringify(document?.issuer)}, not of ${issuerUrl}`,
      );
    if (typeof document.jwks_uri !== 'string' || !URL.canParse(document.jwks_uri))
      throw new Error(`the document at ${url} names no jwks_uri`);
    const keys = await fetch(document.jwks_uri, certificateAuthority);
    const { createLocalJWKSet } = await import('jose');
    this.#keys = createLocalJWKSet(keys as JSONWebKeySet);
    this.#fetchedMs = clock.monotonic();
  }
}
