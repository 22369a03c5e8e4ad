import { randomBytes } from 'node:crypto';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, errorCode } from '../../base/errors.ts';
import { readTextIfPresent, writeFileAtomic } from '../../base/files.ts';

/** `malformed`: not a token; `mismatch`: not this cluster's. The message never holds the secret. */
export class TokenError extends CodedError<'malformed' | 'mismatch'> {}

/** A token in K3s's forms: `K10<SHA-256 of the server CA>::<user>:<password>`, or only the password. */
export interface Token {
  readonly password: string;
  /** In hex; absent in the short form. */
  readonly caHash?: string;
  /** `server` or `node`; absent in the short form. */
  readonly user?: string;
}

const secure = /^K10([0-9a-f]{64})::(?:([^:]+):)?(.+)$/;

/** Errors: TokenError `malformed`. */
export function parseToken(text: string): Token {
  if (!text.startsWith('K10')) return { password: text };
  const [, caHash, user, password] = secure.exec(text) ?? [];
  if (!caHash || !password)
    throw new TokenError(
      'malformed',
      'cannot read the token: it begins with K10, but is not K10<64 hex digits>::<user>:<password>',
    );
  return { password, caHash, ...(user && { user }) };
}

/**
 * The secret that other machines will join with, in `<dir>/token` as K3s has it (0600), with the links `node-token` and
 * `agent-token`. Made at the first start, from `given` or at random; later `given` must agree with it.
 * Errors: TokenError.
 */
export async function ensureServerToken(options: {
  readonly dir: string;
  readonly caHash: string;
  readonly given?: string;
}): Promise<void> {
  const { dir, caHash } = options;
  const file = join(dir, 'token');
  const given = options.given === undefined ? undefined : parseToken(options.given);
  if (given?.caHash && given.caHash !== caHash)
    throw new TokenError('mismatch', '--token: it names the certificate authority of another cluster');
  const found = await readTextIfPresent(file);
  if (found !== undefined) {
    if (given && parseToken(found.trim()).password !== given.password)
      throw new TokenError(
        'mismatch',
        `--token: it is not the one that this cluster was made with, which is in ${file}`,
      );
    return;
  }
  const password = given?.password ?? randomBytes(16).toString('hex');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeFileAtomic(file, `K10${caHash}::server:${password}\n`, { mode: 0o600 });
  for (const name of ['node-token', 'agent-token']) {
    try {
      await symlink('token', join(dir, name));
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}
