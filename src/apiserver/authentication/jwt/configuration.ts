import { X509Certificate } from 'node:crypto';
import { toError } from '../../../base/errors.ts';
import { type Fields, readDocument } from '../../settings/document.ts';
import type { AnonymousPaths } from '../anonymous.ts';
import { signingAlgorithms } from '../settings.ts';

/** A claim as it is, after a prefix; or what a CEL expression makes of all claims. */
export type Mapping = { readonly claim: string; readonly prefix: string } | { readonly expression: string };

/** One issuer of tokens, and what its tokens say of users (`JWTAuthenticator` of apiserver.config.k8s.io/v1). */
export interface JwtConfig {
  readonly issuerUrl: string;
  /** Where the discovery document lies, if not below the issuer's URL. */
  readonly discoveryUrl?: string;
  /** PEM. Absent: the authorities of the system. */
  readonly certificateAuthority?: string;
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly claimRules: readonly ClaimRule[];
  readonly username: Mapping;
  readonly groups?: Mapping;
  readonly uid?: Mapping;
  readonly extra: readonly { readonly key: string; readonly expression: string }[];
  readonly userRules: readonly { readonly expression: string; readonly message: string }[];
}

export type ClaimRule =
  | { readonly claim: string; readonly requiredValue: string }
  | { readonly expression: string; readonly message: string };

export interface AuthenticationConfig {
  readonly issuers: readonly JwtConfig[];
  readonly anonymous?: AnonymousPaths;
}

const mostIssuers = 64;
const versions = ['v1', 'v1beta1', 'v1alpha1'].map((version) => `apiserver.config.k8s.io/${version}`);

/** Reads an AuthenticationConfiguration. Throws Error with everything that is wrong; expressions are checked by whoever compiles them. */
export function parseAuthenticationConfig(text: string): AuthenticationConfig {
  return readDocument(text, { apiVersions: versions, kind: 'AuthenticationConfiguration' }, (fields) => {
    const jwt = fields.objects('jwt');
    if (jwt.length > mostIssuers) fields.problem('jwt', `must have at most ${mostIssuers} items, not ${jwt.length}`);
    const issuers = jwt.map(readIssuer);
    jwt.forEach((item, at) => {
      const urls = [issuers[at]?.issuerUrl, issuers[at]?.discoveryUrl];
      issuers.slice(0, at).forEach((other) => {
        if (other.issuerUrl === urls[0]) item.problem('issuer.url', `Duplicate value: ${urls[0]}`);
        if (urls[1] && other.discoveryUrl === urls[1])
          item.problem('issuer.discoveryURL', `Duplicate value: ${urls[1]}`);
      });
    });
    const anonymous = fields.object('anonymous');
    return { issuers, ...(anonymous && { anonymous: readAnonymous(anonymous) }) };
  });
}

function readAnonymous(fields: Fields): AnonymousPaths {
  const enabled = fields.flag('enabled') ?? false;
  const conditions = fields.objects('conditions');
  const paths = conditions.map((condition) => {
    const path = condition.required('path');
    condition.finish();
    return path;
  });
  if (!enabled && conditions.length > 0) fields.problem('conditions', 'must be empty when enabled is false');
  fields.finish();
  if (!enabled) return 'none';
  return paths.length > 0 ? paths : 'all';
}

function readIssuer(fields: Fields): JwtConfig {
  const issuer = fields.object('issuer');
  const mappings = fields.object('claimMappings');
  if (!issuer) fields.problem('issuer', 'Required value');
  if (!mappings) fields.problem('claimMappings', 'Required value');
  const config = {
    ...(issuer ? readIssuerPart(issuer) : { issuerUrl: '', audiences: [] }),
    algorithms: signingAlgorithms,
    claimRules: fields.objects('claimValidationRules').map(readClaimRule),
    ...(mappings ? readMappings(mappings) : { username: { claim: '', prefix: '' }, extra: [] }),
    userRules: fields.objects('userValidationRules').map((rule) => {
      const read = { expression: rule.required('expression'), message: rule.text('message') ?? '' };
      rule.finish();
      return read;
    }),
  };
  if (mappings && usesUnverifiedEmail(config))
    mappings.problem(
      'username.expression',
      'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression',
    );
  fields.finish();
  return config;
}

function readIssuerPart(
  issuer: Fields,
): Pick<JwtConfig, 'issuerUrl' | 'discoveryUrl' | 'certificateAuthority' | 'audiences'> {
  const issuerUrl = issuer.required('url');
  if (issuerUrl) checkUrl(issuer, 'url', issuerUrl);
  const discoveryUrl = issuer.text('discoveryURL');
  if (discoveryUrl) checkUrl(issuer, 'discoveryURL', discoveryUrl);
  if (discoveryUrl && discoveryUrl.replace(/\/$/, '') === issuerUrl.replace(/\/$/, ''))
    issuer.problem('discoveryURL', 'discoveryURL must be different from URL');
  const certificateAuthority = issuer.text('certificateAuthority');
  if (certificateAuthority) {
    try {
      new X509Certificate(certificateAuthority);
    } catch (error) {
      issuer.problem('certificateAuthority', `must be certificates in PEM form: ${toError(error).message}`);
    }
  }
  const audiences = issuer.texts('audiences');
  if (audiences.length === 0) issuer.problem('audiences', 'Required value: at least one audience');
  if (new Set(audiences).size < audiences.length) issuer.problem('audiences', 'must not have a value twice');
  const policy = issuer.text('audienceMatchPolicy');
  if (policy !== undefined && policy !== 'MatchAny')
    issuer.problem('audienceMatchPolicy', `${JSON.stringify(policy)} must be MatchAny or empty`);
  if (audiences.length > 1 && policy !== 'MatchAny')
    issuer.problem('audienceMatchPolicy', 'must be MatchAny when there are several audiences');
  if (issuer.has('egressSelectorType'))
    issuer.problem('egressSelectorType', 'there are no egress selectors here: leave it out');
  issuer.finish();
  return {
    issuerUrl,
    audiences,
    ...(discoveryUrl && { discoveryUrl }),
    ...(certificateAuthority && { certificateAuthority }),
  };
}

function checkUrl(fields: Fields, name: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:') fields.problem(name, `${JSON.stringify(text)}: URL scheme must be https`);
  else if (url.username || url.password) fields.problem(name, 'URL must not contain a username or password');
  else if (url.search || text.includes('?')) fields.problem(name, 'URL must not contain a query');
  else if (url.hash || text.includes('#')) fields.problem(name, 'URL must not contain a fragment');
}

function readClaimRule(rule: Fields): ClaimRule {
  const [claim, expression] = [rule.text('claim'), rule.text('expression')];
  const [requiredValue, message] = [rule.text('requiredValue'), rule.text('message')];
  rule.finish();
  if (claim !== undefined && expression !== undefined) rule.problem('claim', "claim and expression can't both be set");
  if (claim === undefined && expression === undefined) rule.problem('claim', 'claim or expression is required');
  if (claim !== undefined && message !== undefined) rule.problem('message', "message can't be set when claim is set");
  if (expression !== undefined && requiredValue !== undefined)
    rule.problem('requiredValue', "requiredValue can't be set when expression is set");
  return expression === undefined
    ? { claim: claim ?? '', requiredValue: requiredValue ?? '' }
    : { expression, message: message ?? '' };
}

function readMappings(mappings: Fields): Pick<JwtConfig, 'username' | 'groups' | 'uid' | 'extra'> {
  const mapping = (name: string, hasPrefix: boolean): Mapping | undefined => {
    const fields = mappings.object(name);
    if (!fields) return undefined;
    const [claim, expression] = [fields.text('claim'), fields.text('expression')];
    const given = hasPrefix && fields.has('prefix');
    const prefix = hasPrefix ? (fields.text('prefix') ?? '') : '';
    fields.finish();
    if (claim !== undefined && expression !== undefined)
      fields.problem('claim', "claim and expression can't both be set");
    if (expression !== undefined && given) fields.problem('prefix', "prefix can't be set when expression is set");
    if (claim !== undefined && hasPrefix && !given)
      fields.problem(
        'prefix',
        'Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing',
      );
    if (expression !== undefined) return { expression };
    return claim === undefined ? undefined : { claim, prefix };
  };
  const username = mapping('username', true);
  if (!username) mappings.problem('username', 'claim or expression is required');
  const [groups, uid] = [mapping('groups', true), mapping('uid', false)];
  const extra = mappings.objects('extra').map((item) => {
    const read = { key: item.required('key'), expression: item.required('valueExpression') };
    checkKey(item, read.key);
    item.finish();
    return read;
  });
  if (new Set(extra.map(({ key }) => key)).size < extra.length) mappings.problem('extra', 'must not have a key twice');
  mappings.finish();
  return { username: username ?? { claim: '', prefix: '' }, extra, ...(groups && { groups }), ...(uid && { uid }) };
}

function checkKey(item: Fields, key: string): void {
  const domain = key.split('/')[0] ?? '';
  if (!key.includes('/') || key.endsWith('/'))
    item.problem('key', 'must be a domain-prefix path (such as "acme.io/foo")');
  if (key !== key.toLowerCase()) item.problem('key', 'key must be lowercase');
  if (/(^|\.)(k8s|kubernetes)\.io$/.test(domain))
    item.problem('key', 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use');
}

/** An address that the issuer has not verified is whatever its holder wrote. */
function usesUnverifiedEmail({
  username,
  extra,
  claimRules,
}: Pick<JwtConfig, 'username' | 'extra' | 'claimRules'>): boolean {
  if (!('expression' in username) || !/\bclaims\.email\b(?!_)/.test(username.expression)) return false;
  const expressions = [
    username.expression,
    ...extra.map(({ expression }) => expression),
    ...claimRules.flatMap((rule) => ('expression' in rule ? [rule.expression] : [])),
  ];
  return !expressions.some((expression) => /\bclaims\.email_verified\b/.test(expression));
}
