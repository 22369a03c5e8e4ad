import type { JWTPayload } from 'jose';
import type { CelProgram } from '../../../api/cel/program.ts';
import { toError } from '../../../base/errors.ts';
import type { UserInfo } from '../../contract.ts';
import type { JwtConfig, Mapping } from './configuration.ts';

/** From claims to a user, after the rules of one issuer. Throws Error with the reason when they do not allow it. */
export type ClaimsToUser = (claims: JWTPayload) => UserInfo;

type Evaluate = (expression: string, name: 'claims' | 'user', value: unknown) => unknown;

/** Compiles every expression of an issuer. Rejects with Error that names the expression that will not do. */
export async function claimsToUser(config: JwtConfig): Promise<ClaimsToUser> {
  const evaluate = await compileAll(config);
  return (claims) => {
    checkClaims(config, claims, evaluate);
    const name = usernameOf(config.username, claims, evaluate);
    const groups = config.groups ? groupsOf(config.groups, claims, evaluate) : [];
    const uid = config.uid ? uidOf(config.uid, claims, evaluate) : '';
    const extra = extraOf(config, claims, evaluate);
    const user: UserInfo = {
      name,
      groups,
      ...(uid && { uid }),
      ...(Object.keys(extra).length > 0 && { extra }),
    };
    const seen = { username: name, uid, groups, extra };
    for (const { expression, message } of config.userRules)
      if (evaluate(expression, 'user', seen) !== true)
        throw new Error(message || `validation expression '${expression}' failed`);
    return user;
  };
}

async function compileAll(config: JwtConfig): Promise<Evaluate> {
  const mappings = [config.username, config.groups, config.uid];
  const ofClaims = [
    ...mappings.flatMap((mapping) => (mapping && 'expression' in mapping ? [mapping.expression] : [])),
    ...config.extra.map(({ expression }) => expression),
    ...config.claimRules.flatMap((rule) => ('expression' in rule ? [rule.expression] : [])),
  ];
  const ofUser = config.userRules.map(({ expression }) => expression);
  if (ofClaims.length + ofUser.length === 0)
    return (expression) => {
      throw new Error(`not compiled: ${expression}`);
    };
  const [{ compile }, { toCel, fromCel }] = await Promise.all([
    import('../../../api/cel/program.ts'),
    import('../../../api/cel/values.ts'),
  ]);
  const programs = { claims: new Map<string, CelProgram>(), user: new Map<string, CelProgram>() };
  for (const [name, expressions] of [
    ['claims', ofClaims],
    ['user', ofUser],
  ] as const)
    for (const expression of expressions) {
      try {
        programs[name].set(expression, compile(expression, [name]));
      } catch (error) {
        throw new Error(`expression '${expression}': ${toError(error).message}`, { cause: error });
      }
    }
  return (expression, name, value) => {
    const outcome = programs[name].get(expression)?.evaluate({ [name]: toCel(value) });
    if (!outcome) throw new Error(`not compiled: ${expression}`);
    if (outcome.error !== undefined) throw new Error(`expression '${expression}' resulted in error: ${outcome.error}`);
    return fromCel(outcome.value);
  };
}

function checkClaims({ claimRules }: JwtConfig, claims: JWTPayload, evaluate: Evaluate): void {
  for (const rule of claimRules) {
    if ('expression' in rule) {
      if (evaluate(rule.expression, 'claims', claims) !== true)
        throw new Error(rule.message || `validation expression '${rule.expression}' failed`);
      continue;
    }
    const value = claims[rule.claim];
    if (value === undefined) throw new Error(`the required claim ${rule.claim} is not there`);
    if (value !== rule.requiredValue)
      throw new Error(`the claim ${rule.claim} must be ${JSON.stringify(rule.requiredValue)}`);
  }
}

function usernameOf(mapping: Mapping, claims: JWTPayload, evaluate: Evaluate): string {
  if ('expression' in mapping) {
    const name = evaluate(mapping.expression, 'claims', claims);
    if (typeof name !== 'string') throw new Error('username: the expression must evaluate to a string');
    if (name === '') throw new Error('username: the expression gave an empty name');
    return name;
  }
  const name = claims[mapping.claim];
  if (typeof name !== 'string' || name === '') throw new Error(`username: the claim ${mapping.claim} must be a text`);
  // An address that the issuer has not verified is whatever its holder wrote.
  if (mapping.claim === 'email' && claims['email_verified'] !== undefined && claims['email_verified'] !== true)
    throw new Error('username: the e-mail address is not verified');
  return mapping.prefix + name;
}

function groupsOf(mapping: Mapping, claims: JWTPayload, evaluate: Evaluate): readonly string[] {
  if ('expression' in mapping) return textsOf('groups', evaluate(mapping.expression, 'claims', claims));
  const value = claims[mapping.claim];
  return textsOf(`groups: the claim ${mapping.claim}`, value).map((group) => mapping.prefix + group);
}

function uidOf(mapping: Mapping, claims: JWTPayload, evaluate: Evaluate): string {
  const value = 'expression' in mapping ? evaluate(mapping.expression, 'claims', claims) : claims[mapping.claim];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new Error('uid: must be a text');
  return value;
}

function extraOf({ extra }: JwtConfig, claims: JWTPayload, evaluate: Evaluate): Record<string, readonly string[]> {
  const entries = extra.map(({ key, expression }) => {
    const value = evaluate(expression, 'claims', claims);
    return [key, textsOf(`extra ${key}`, value).filter((text) => text !== '')] as const;
  });
  return Object.fromEntries(entries.filter(([, texts]) => texts.length > 0));
}

/** A text or a list of them; nothing is none. */
function textsOf(what: string, value: unknown): readonly string[] {
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new Error(`${what}: must be a text or a list of texts`);
}
