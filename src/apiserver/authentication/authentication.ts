import { readFile } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import type { Authenticator } from '../contract.ts';
import { type AnonymousPaths, anonymousAuthenticator, healthPaths } from './anonymous.ts';
import { bootstrapTokens } from './bootstrap-token.ts';
import { certificateAuthenticator } from './certificate.ts';
import { requestHeaderAuthenticator } from './request-header.ts';
import { secretUseRecorder } from './secret-use.ts';
import { serviceAccountTokens, type TokenSubjects } from './service-account.ts';
import type { TokenSigner } from './service-account-token.ts';
import type { AuthenticationSettings } from './settings.ts';
import { bearerAuthenticator, type TokenAuthenticator, unionTokens } from './token.ts';
import { fileTokens, parseTokenFile } from './token-file.ts';
import { unionAuthenticator, withFallback } from './union.ts';

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
  const tokens = unionTokens([
    ...(settings.tokenFile ? [fileTokens(await readTokenFile(settings.tokenFile), audiences)] : []),
    serviceAccountTokens({ ...serviceAccounts, audiences, clock, onSecretUse: secretUseRecorder(client, log) }),
    ...(settings.bootstrapTokens ? [bootstrapTokens(secrets, audiences, clock)] : []),
  ]);
  const anonymous: AnonymousPaths = settings.anonymous === 'health' ? healthPaths : settings.anonymous;
  const known = unionAuthenticator([
    requestHeaderAuthenticator({ allowedNames: [frontProxyName] }),
    certificateAuthenticator,
    bearerAuthenticator(tokens, audiences),
  ]);
  return {
    authenticator: withFallback(
      known,
      anonymousAuthenticator(() => anonymous),
    ),
    tokens,
    close: () => undefined,
  };
}

async function readTokenFile(path: string) {
  try {
    return parseTokenFile(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`cannot use the token file ${path}: ${toError(error).message}`, { cause: error });
  }
}
