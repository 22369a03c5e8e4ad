import { createHash } from 'node:crypto';
import type { UserInfo } from '../contract.ts';
import { forOwnAudiences, type TokenAuthenticator } from './token.ts';

/**
 * Users of `--token-auth-file`: lines of `token,user,uid`, and `"group1,group2"` after it where there are groups
 * (kubernetes.io/docs/reference/access-authn-authz/authentication, static token file). Throws Error with the line's number.
 */
export function parseTokenFile(text: string): ReadonlyMap<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  text.split(/\r?\n/).forEach((line, at) => {
    if (line.trim() === '') return;
    const fields = fieldsOf(line.trim());
    const fault = (why: string) => new Error(`line ${at + 1}: ${why}`);
    if (!fields) throw fault('a quoted field has no end');
    const [token, name, uid, groups = ''] = fields;
    if (fields.length < 3) throw fault(`must have token, user name and UID, and has ${fields.length} fields`);
    if (!token || !name) throw fault('the token and the user name must not be empty');
    const key = hashOf(token);
    if (users.has(key)) throw fault(`the token is there twice (the other time for ${users.get(key)?.name})`);
    users.set(key, {
      name,
      groups: groups.split(',').filter((group) => group !== ''),
      ...(uid && { uid }),
    });
  });
  return users;
}

/** Tokens are looked up by their hashes: how long that takes says nothing of the token. */
export function fileTokens(users: ReadonlyMap<string, UserInfo>, own: readonly string[]): TokenAuthenticator {
  return forOwnAudiences(own, (token) => users.get(hashOf(token)));
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

/** One line of comma-separated values (RFC 4180); undefined when a quote is not closed. */
function fieldsOf(line: string): readonly string[] | undefined {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(,|$)/.exec(rest);
    const plain = quoted ? undefined : /^([^,]*)(,|$)/.exec(rest);
    const [whole = '', value = '', end = ''] = quoted ?? plain ?? [];
    if (!quoted && value.trim().startsWith('"')) return undefined;
    fields.push(quoted ? value.replaceAll('""', '"') : value.trim());
    if (end === '') return fields;
    rest = rest.slice(whole.length);
  }
}
