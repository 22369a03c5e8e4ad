import { readFile } from 'node:fs/promises';
import { ProcessError, run } from '../../base/process.ts';

/** Mounts a file system: `mount -t type -o options source target`. */
export async function mount(
  target: string,
  options: { readonly type?: string; readonly source: string; readonly flags?: readonly string[] },
): Promise<void> {
  const { type, source, flags = [] } = options;
  await run('mount', [
    ...(type ? ['-t', type] : []),
    ...(flags.length > 0 ? ['-o', flags.join(',')] : []),
    source,
    target,
  ]);
}

/** Unmounts; what is not mounted is fine. A busy mount is detached, so that it goes when its last user does. */
export async function unmount(target: string): Promise<void> {
  try {
    await run('umount', [target]);
  } catch (error) {
    if (!(error instanceof ProcessError) || !(await mountPointsBelow(target)).includes(target)) return;
    await run('umount', ['-l', target]);
  }
}

/** Mount points at or below a folder, deepest first. */
export async function mountPointsBelow(folder: string): Promise<readonly string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines
    .map((line) => decodePath(line.split(' ')[4] ?? ''))
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .reverse();
}

/** The kernel writes blanks in paths as octal escapes. */
function decodePath(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
