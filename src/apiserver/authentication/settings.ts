import type { Arguments } from '../settings/arguments.ts';

/** `--oidc-*` of kube-apiserver: one issuer, in the old form. */
export interface OidcFlags {
  readonly issuerUrl: string;
  readonly clientId: string;
  readonly caFile?: string;
  readonly usernameClaim: string;
  /** Undefined: the issuer's URL and `#`, unless the claim is `email`. `-`: none. */
  readonly usernamePrefix?: string;
  readonly groupsClaim?: string;
  readonly groupsPrefix: string;
  /** Claims that must have this very value. */
  readonly requiredClaims: readonly (readonly [claim: string, value: string])[];
  readonly signingAlgorithms: readonly string[];
}

export interface AuthenticationSettings {
  /** Whether requests without credentials are `system:anonymous`: on all paths, none, or those of health, as K3s has it. */
  readonly anonymous: 'all' | 'none' | 'health';
  /** Path of an AuthenticationConfiguration. Not together with `oidc`, nor with a choice about anonymous requests. */
  readonly configFile?: string;
  readonly oidc?: OidcFlags;
  /** Path of a file with lines of token,user,uid,"groups". */
  readonly tokenFile?: string;
  readonly webhook?: { readonly configFile: string; readonly version: 'v1' | 'v1beta1'; readonly cacheTtlMs: number };
  readonly bootstrapTokens: boolean;
  /** The first is that of new tokens; tokens of all are accepted. Empty: `https://kubernetes.default.svc.<domain>`. */
  readonly serviceAccountIssuers: readonly string[];
  /** Whom tokens may be meant for to be taken here. Undefined: the issuers. */
  readonly apiAudiences?: readonly string[];
  /** Whether tokens that pods get unasked hold for a year, for programs that read theirs once. */
  readonly extendTokens: boolean;
  /** Longest life of a token that somebody asks for. */
  readonly maxTokenSeconds?: number;
}

export const signingAlgorithms = [
  ...['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'],
] as const;

export function readAuthenticationSettings(args: Arguments): AuthenticationSettings {
  const configFile = args.text('authentication-config');
  const oidc = readOidc(args);
  const anonymousAuth = args.switch('anonymous-auth');
  if (configFile && oidc)
    args.problem('authentication-config', configFile, 'cannot be used together with oidc-issuer-url');
  if (configFile && anonymousAuth !== undefined)
    args.problem('anonymous-auth', String(anonymousAuth), 'cannot be used together with authentication-config');
  const tokenFile = args.text('token-auth-file');
  const webhook = readWebhook(args);
  const apiAudiences = args.list('api-audiences');
  const maxTokenMs = args.durationMs('service-account-max-token-expiration');
  if (maxTokenMs !== undefined && (maxTokenMs < 3_600_000 || maxTokenMs > 2 ** 32 * 1000))
    args.problem('service-account-max-token-expiration', `${maxTokenMs}ms`, 'must be from 1h to 2^32 seconds');
  return {
    anonymous: anonymousAuth === undefined ? 'health' : anonymousAuth ? 'all' : 'none',
    bootstrapTokens: args.switch('enable-bootstrap-token-auth') ?? true,
    extendTokens: args.switch('service-account-extend-token-expiration') ?? true,
    serviceAccountIssuers: args.all('service-account-issuer').filter((issuer) => checkIssuer(args, issuer)),
    ...(configFile && { configFile }),
    ...(oidc && { oidc }),
    ...(tokenFile && { tokenFile }),
    ...(webhook && { webhook }),
    ...(apiAudiences?.length && { apiAudiences }),
    ...(maxTokenMs && { maxTokenSeconds: maxTokenMs / 1000 }),
  };
}

function checkIssuer(args: Arguments, issuer: string): boolean {
  if (issuer !== '' && (!issuer.includes(':') || URL.canParse(issuer))) return true;
  args.problem('service-account-issuer', issuer, 'must be a URL, or a text without a colon');
  return false;
}

function readOidc(args: Arguments): OidcFlags | undefined {
  const issuerUrl = args.one('oidc-issuer-url', httpsUrl, 'must be a URL with https');
  const clientId = args.text('oidc-client-id');
  const caFile = args.text('oidc-ca-file');
  const usernamePrefix = args.text('oidc-username-prefix');
  const groupsClaim = args.text('oidc-groups-claim');
  const algorithms = args.list('oidc-signing-algs') ?? ['RS256'];
  for (const name of algorithms)
    if (!signingAlgorithms.some((known) => known === name))
      args.problem('oidc-signing-algs', name, `must be some of ${signingAlgorithms.join(', ')}`);
  const common = {
    usernameClaim: args.text('oidc-username-claim') ?? 'sub',
    groupsPrefix: args.text('oidc-groups-prefix') ?? '',
    requiredClaims: (args.list('oidc-required-claim') ?? []).flatMap((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [[text.slice(0, at), text.slice(at + 1)] as const];
      return args.problem('oidc-required-claim', text, 'must be CLAIM=VALUE') ?? [];
    }),
    signingAlgorithms: algorithms,
  };
  if (issuerUrl === undefined && clientId === undefined) return undefined;
  if (issuerUrl === undefined || clientId === undefined)
    return args.problem(
      issuerUrl === undefined ? 'oidc-client-id' : 'oidc-issuer-url',
      issuerUrl ?? clientId ?? '',
      'oidc-issuer-url and oidc-client-id must be given together',
    );
  return {
    ...common,
    issuerUrl,
    clientId,
    ...(caFile && { caFile }),
    ...(usernamePrefix && { usernamePrefix }),
    ...(groupsClaim && { groupsClaim }),
  };
}

function httpsUrl(text: string): string | undefined {
  return text.startsWith('https://') && URL.canParse(text) ? text : undefined;
}

function readWebhook(args: Arguments): AuthenticationSettings['webhook'] {
  const configFile = args.text('authentication-token-webhook-config-file');
  // K3s asks for v1; upstream's default is v1beta1, which nothing new speaks.
  const version = args.one('authentication-token-webhook-version', reviewVersion, 'must be v1 or v1beta1') ?? 'v1';
  const cacheTtlMs = args.durationMs('authentication-token-webhook-cache-ttl') ?? 120_000;
  return configFile === undefined ? undefined : { configFile, version, cacheTtlMs };
}

export function reviewVersion(text: string): 'v1' | 'v1beta1' | undefined {
  return text === 'v1' || text === 'v1beta1' ? text : undefined;
}
