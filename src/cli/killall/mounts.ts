import { readFileSync } from 'node:fs';
import { run } from '../../base/process.ts';

/** Where something is mounted at or below a folder, by the text of /proc/self/mountinfo; the last mounted first. */
export function mountsBelow(mountinfo: string, folder: string): string[] {
  return mountinfo
    .split('\n')
    .map((line) => unescapeOctal(line.split(' ')[4] ?? ''))
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .reverse();
}

/** mountinfo writes blanks and backslashes as octal numbers. */
function unescapeOctal(path: string): string {
  return path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Unmounts all of them, those in use lazily. Returns the mount points. Throws when something stays mounted. */
export async function unmountBelow(folder: string): Promise<string[]> {
  const mounted = () => mountsBelow(readFileSync('/proc/self/mountinfo', 'utf8'), folder);
  const found = mounted();
  for (const path of found) {
    const result = await run('umount', ['--no-canonicalize', path], { allowFailure: true });
    if (result.exitCode !== 0) await run('umount', ['--no-canonicalize', '--lazy', path], { allowFailure: true });
  }
  const left = mounted();
  if (left.length > 0) throw new Error(`cannot unmount ${left.join(', ')}`);
  return found;
}
