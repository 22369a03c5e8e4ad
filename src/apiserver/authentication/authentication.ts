import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import type { Authenticator } from '../contract.ts';
import { followFile } from '../settings/followed-file.ts';
import { openReviewWebhook } from '../webhook-client/review-webhook.ts';
import { type AnonymousPaths, anonymousAuthenticator, healthPaths } from './anonymous.ts';
import { bootstrapTokens } from './bootstrap-token.ts';
import { certificateAuthenticator } from './certificate.ts';
import { type JwtConfig, parseAuthenticationConfig } from './jwt/configuration.ts';
import { configOfFlags } from './jwt/flags.ts';
import { JwtTokens } from './jwt/jwt.ts';
import { requestHeaderAuthenticator } from './request-header.ts';
import { secretUseRecorder } from './secret-use.ts';
import { serviceAccountTokens, type TokenSubjects } from './service-account.ts';
import type { TokenSigner } from './service-account-token.ts';
import type { AuthenticationSettings } from './settings.ts';
import { bearerAuthenticator, type TokenAuthenticator, unionTokens } from './token.ts';
import { fileTokens, parseTokenFile } from './token-file.ts';
import { unionAuthenticator, withFallback } from './union.ts';
import { webhookTokens } from './webhook.ts';

/** Everything that says who asks. */
export interface Authentication {
  readonly authenticator: Authenticator;
  /** Every kind of bearer token. */
  readonly tokens: TokenAuthenticator;
  /** Stops following files. */
  close(): void;
}

export interface AuthenticationOptions {
  readonly settings: AuthenticationSettings;
  readonly serviceAccounts: { readonly signer: TokenSigner; readonly subjects: TokenSubjects };
  /** Whom tokens must be meant for to be taken here. */
  readonly audiences: readonly string[];
  /** Notes the use of secrets' tokens; trusted. */
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The common name of the certificate with which this server, as a proxy, tells others who asks. */
const frontProxyName = 'system:auth-proxy';

/** In upstream's order. Throws Error when a file that is named cannot be used. */
export async function createAuthentication(options: AuthenticationOptions): Promise<Authentication> {
  const { settings, serviceAccounts, audiences, client, clock, log } = options;
  const { secrets } = serviceAccounts.subjects;
  const jwt = new JwtTokens({ clock, log: log.child('jwt') });
  let anonymous: AnonymousPaths = settings.anonymous === 'health' ? healthPaths : settings.anonymous;
  const users = settings.tokenFile ? await readFileFor('token file', settings.tokenFile, parseTokenFile) : undefined;
  const stop = await configure(jwt, options, (paths) => {
    anonymous = paths;
  });
  const webhook = await openWebhook(options);
  const tokens = unionTokens([
    ...(users ? [fileTokens(users, audiences)] : []),
    serviceAccountTokens({ ...serviceAccounts, audiences, clock, onSecretUse: secretUseRecorder(client, log) }),
    ...(settings.bootstrapTokens ? [bootstrapTokens(secrets, audiences, clock)] : []),
    jwt.authenticator(audiences),
    ...(webhook ? [webhook.tokens] : []),
  ]);
  const known = unionAuthenticator([
    requestHeaderAuthenticator({ allowedNames: [frontProxyName] }),
    certificateAuthenticator,
    bearerAuthenticator(tokens, audiences),
  ]);
  const unknown = anonymousAuthenticator(() => anonymous);
  return {
    authenticator: withFallback(known, unknown),
    tokens,
    close() {
      stop();
      webhook?.close();
    },
  };
}

async function openWebhook({ settings, audiences, clock, log }: AuthenticationOptions) {
  if (!settings.webhook) return undefined;
  const { configFile, ...rest } = settings.webhook;
  const webhook = await openReviewWebhook(configFile, { clock, log });
  return { tokens: webhookTokens({ webhook, ...rest, audiences, clock, log }), close: () => webhook.close() };
}

/** Takes over flags or the configuration file, which it follows until it is closed. */
async function configure(
  jwt: JwtTokens,
  { settings, serviceAccounts, clock, log }: AuthenticationOptions,
  setAnonymous: (paths: AnonymousPaths) => void,
): Promise<() => void> {
  const { oidc, configFile } = settings;
  const own = [serviceAccounts.signer.issuer, ...settings.serviceAccountIssuers];
  if (oidc) {
    const ca = oidc.caFile && (await readFileFor('authorities of the issuer', oidc.caFile, checkedCertificates));
    await jwt.configure(notOurs([configOfFlags(oidc, ca || undefined)], own));
  }
  if (!configFile) return () => undefined;
  return followFile({
    path: configFile,
    what: 'authentication configuration',
    clock,
    log,
    async apply(text) {
      const config = parseAuthenticationConfig(text);
      await jwt.configure(notOurs(config.issuers, own));
      setAnonymous(config.anonymous ?? healthPaths);
    },
  });
}

/** Somebody else's tokens must not be taken for those of service accounts. Throws Error. */
function notOurs(issuers: readonly JwtConfig[], own: readonly string[]): readonly JwtConfig[] {
  for (const { issuerUrl } of issuers)
    if (own.includes(issuerUrl))
      throw new Error(`issuer.url: ${issuerUrl}: must not be the issuer of service-account tokens: ${own.join(', ')}`);
  return issuers;
}

function checkedCertificates(pem: string): string {
  new X509Certificate(pem);
  return pem;
}

async function readFileFor<T>(what: string, path: string, parse: (text: string) => T): Promise<T> {
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`cannot use the ${what} ${path}: ${toError(error).message}`, { cause: error });
  }
}
