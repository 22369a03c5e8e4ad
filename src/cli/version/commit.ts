import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../../base/errors.ts';

const sources = new URL('../../../', import.meta.url).pathname;

/**
 * The commit that these sources are at, 40 hex digits; '' where that cannot be told: outside a plain checkout, or on a
 * branch without a commit. Changes that are not committed do not show.
 */
export function sourceCommit(checkout: string = sources): string {
  const head = read(checkout, 'HEAD');
  const branch = /^ref: (\S+)$/m.exec(head)?.[1];
  const commit = branch === undefined ? head : read(checkout, branch) || packed(checkout, branch);
  return /^[\da-f]{40}/.exec(commit)?.[0] ?? '';
}

/** Branches that were not written to for long stand in one file. */
function packed(checkout: string, branch: string): string {
  return (
    read(checkout, 'packed-refs')
      .split('\n')
      .find((line) => line.endsWith(` ${branch}`)) ?? ''
  );
}

function read(checkout: string, name: string): string {
  try {
    return readFileSync(join(checkout, '.git', name), 'utf8');
  } catch (error) {
    // ENOTDIR: in a linked work tree, .git is a file.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return '';
    throw error;
  }
}
