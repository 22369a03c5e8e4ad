import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerArchive, type ImageContent, ociArchive } from '../../src/node/images/archive.ts';
import { type TarEntry, tar } from '../../src/node/images/tar.ts';

export { dockerArchive, ociArchive };

/** The programs and packages that the tests' images are made of; `./k3ts` and `npm test` bring them in. */
export const testCache = new URL('../../.cache/test/current/', import.meta.url).pathname;

const applets =
  'sh ash awk basename cat chmod chown cp cut date dd df dirname echo env expr false find free grep head hostname httpd id ip kill ln ls mkdir mknod mktemp mount mv nc netstat nproc nslookup pidof ping printenv printf ps pwd readlink rm rmdir sed seq setsid sha256sum sleep sort stat stty sync tail tar tee test timeout top touch tr true tty umount uname uniq usleep vi wc wget which who whoami xargs yes';

const accounts: readonly TarEntry[] = [
  {
    path: 'etc/passwd',
    content: Buffer.from(
      'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\napp:x:1000:1000::/:/bin/sh\n',
    ),
  },
  { path: 'etc/group', content: Buffer.from('root:x:0:\nnogroup:x:65534:\napp:x:1000:\n') },
];

/** Busybox as a static binary with its usual names: a shell and an HTTP server in 2 MB. */
export async function busyboxImage(
  name: string,
  config: ImageContent['config'] = { Cmd: ['sh'] },
): Promise<ImageContent> {
  const busybox = await readFile(join(testCache, 'bin/busybox'));
  const folders = ['bin', 'etc', 'dev', 'proc', 'sys', 'var', 'root', 'usr', 'usr/bin'].map((path) => ({
    path,
    type: 'directory' as const,
  }));
  const entries: TarEntry[] = [
    ...folders,
    { path: 'tmp', type: 'directory', mode: 0o1777 },
    { path: 'bin/busybox', content: busybox, mode: 0o755 },
    ...applets
      .split(' ')
      .map((applet) => ({ path: `bin/${applet}`, type: 'symlink' as const, target: '/bin/busybox' })),
    ...accounts,
  ];
  const env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
  return { name, layers: [tar(entries)], config: { Env: env, ...config } };
}

/** A layer with these files of a folder, for example of an unpacked Debian package, links kept. */
export async function layerOf(folder: string, paths: readonly string[]): Promise<Buffer> {
  const entries: TarEntry[] = [];
  for (const path of paths) await collect(folder, path, entries);
  return tar(entries);
}

/** A layer with the libraries of Debian's packages, for programs that are not static, and with more files of them. */
export async function debianLayer(paths: readonly string[] = []): Promise<Buffer> {
  const root = join(testCache, 'root');
  const libraries = async (folder: string) =>
    (await readdir(join(root, folder))).filter((name) => name.includes('.so')).map((name) => join(folder, name));
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const loader = process.arch === 'arm64' ? await libraries('lib') : ['lib64'];
  const all = [...loader, ...(await libraries(`lib/${triplet}`)), ...(await libraries(`usr/lib/${triplet}`)), ...paths];
  return layerOf(root, all);
}

async function collect(folder: string, path: string, into: TarEntry[]): Promise<void> {
  const full = join(folder, path);
  const stats = await lstat(full);
  if (stats.isSymbolicLink()) into.push({ path, type: 'symlink', target: await readlink(full) });
  else if (stats.isDirectory()) {
    into.push({ path, type: 'directory', mode: stats.mode & 0o7777 });
    for (const name of (await readdir(full)).sort()) await collect(folder, join(path, name), into);
  } else if (stats.isFile()) into.push({ path, content: await readFile(full), mode: stats.mode & 0o7777 });
}
