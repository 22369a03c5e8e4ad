import type { OutgoingHttpHeader } from 'node:http';
import { isApiError } from '../../api/status.ts';
import { toError } from '../../base/errors.ts';
import type { Authenticator, Credentials, UserInfo } from '../contract.ts';
import { unauthorized } from './unauthorized.ts';

/** How a token is to be judged. */
export interface TokenContext {
  /** The token must be meant for one of these. */
  readonly audiences: readonly string[];
  readonly signal: AbortSignal;
}

export interface TokenAnswer {
  readonly user: UserInfo;
  /** Those of the context's audiences that the token is meant for. */
  readonly audiences: readonly string[];
}

/** One kind of bearer token. */
export interface TokenAuthenticator {
  /** Undefined: not a token of my kind. Throws ApiError `Unauthorized`: of my kind, but it does not hold. */
  authenticateToken(token: string, context: TokenContext): Promise<TokenAnswer | undefined>;
}

/** Far above every token that is used, and small enough that nobody keeps the server busy with one. */
const longestToken = 32 * 1024;

/**
 * The first kind that accepts the token answers. One that refuses does not keep the others from accepting it: what a
 * token looks like does not always say whose it is. Reasons of those that refuse are kept for the log.
 */
export function unionTokens(kinds: readonly TokenAuthenticator[]): TokenAuthenticator {
  return {
    async authenticateToken(token, context) {
      if (token.length > longestToken) throw unauthorized(`the token is longer than ${longestToken} characters`);
      const reasons: string[] = [];
      for (const kind of kinds) {
        try {
          const answer = await kind.authenticateToken(token, context);
          if (answer) return { ...answer, user: authenticated(answer.user) };
        } catch (error) {
          if (context.signal.aborted) throw unauthorized('nobody answered in time', error);
          if (!isApiError(error, 'Unauthorized')) throw error;
          reasons.push(error.cause === undefined ? error.message : toError(error.cause).message);
        }
      }
      if (reasons.length > 0) throw unauthorized(reasons.join('; '));
      return undefined;
    },
  };
}

/** For kinds of token that say nothing of audiences: they are for this server, and for nobody else. */
export function forOwnAudiences(
  own: readonly string[],
  user: (token: string, signal: AbortSignal) => Promise<UserInfo | undefined> | UserInfo | undefined,
): TokenAuthenticator {
  return {
    async authenticateToken(token, { audiences, signal }) {
      const common = audiences.filter((audience) => own.includes(audience));
      if (common.length === 0) return undefined;
      const found = await user(token, signal);
      return found && { user: found, audiences: common };
    },
  };
}

/** Whoever is known belongs to `system:authenticated`. */
export function authenticated(user: UserInfo): UserInfo {
  const special = ['system:authenticated', 'system:unauthenticated'];
  if (user.name === 'system:anonymous' || user.groups.some((group) => special.includes(group))) return user;
  return { ...user, groups: [...user.groups, 'system:authenticated'] };
}

/** `Authorization: Bearer …`, or the WebSocket protocol by which browsers send a token (they can set no headers). */
export function bearerAuthenticator(tokens: TokenAuthenticator, audiences: readonly string[]): Authenticator {
  return {
    async authenticate({ headers }, signal) {
      const token = bearerToken(headers['authorization']) ?? webSocketToken(headers);
      if (!token) return undefined;
      const answer = await tokens.authenticateToken(token, { audiences, signal });
      // Somebody showed a token and nobody knows it: that is not the same as no token.
      if (!answer) throw unauthorized('the bearer token is of no known kind');
      return answer.user;
    },
  };
}

/** Of an `Authorization` header; other schemes are nobody's credentials, as if they were not there. */
export function bearerToken(header: string | readonly string[] | undefined): string | undefined {
  const text = typeof header === 'string' ? header : header?.[0];
  return /^bearer +(\S+)$/i.exec(text?.trim() ?? '')?.[1];
}

const protocolPrefix = 'base64url.bearer.authorization.k8s.io.';

/** The protocols that are the backend's business; undefined when the token was all. */
export function withoutToken(protocols: OutgoingHttpHeader | undefined): string | undefined {
  if (protocols === undefined) return undefined;
  const others = String(protocols)
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '' && !text.startsWith(protocolPrefix));
  return others.length > 0 ? others.join(', ') : undefined;
}

function webSocketToken(headers: Credentials['headers']): string | undefined {
  if (String(headers['upgrade'] ?? '').toLowerCase() !== 'websocket') return undefined;
  const protocols = String(headers['sec-websocket-protocol'] ?? '').split(',');
  const tokens = protocols.map((text) => text.trim()).filter((text) => text.startsWith(protocolPrefix));
  if (tokens.length === 0) return undefined;
  if (tokens.length > 1) throw unauthorized('more than one WebSocket protocol carries a token');
  const encoded = tokens[0]?.slice(protocolPrefix.length) ?? '';
  const token = Buffer.from(encoded, 'base64url').toString('utf8');
  if (!/^[\w-]+$/.test(encoded) || token === '') throw unauthorized('the WebSocket protocol carries no base64url');
  return token;
}
