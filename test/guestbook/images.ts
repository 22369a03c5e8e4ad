import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageContent } from '../../src/node/images/archive.ts';
import { tar } from '../../src/node/images/tar.ts';
import { busyboxImage, layerOf, testCache } from '../images/images.ts';

export const webImage = (version: number) => `docker.io/guestbook/web:${version}`;
export const redisImage = 'docker.io/library/redis:debian';

/** Answers `GET` with a title, its own version and name, and all entries; `POST` adds one. */
const program = `#!/bin/sh
printf 'Content-Type: text/plain\\n\\n'
redis() { printf 'AUTH %s\\r\\n%s\\r\\nQUIT\\r\\n' "$REDIS_PASSWORD" "$1" | nc -w 2 redis 6379 | tr -d '\\r'; }
case $REQUEST_METHOD in
POST) read -r entry; redis "RPUSH entries \\"$entry\\"" ;;
*) cat /etc/guestbook/title; echo "version $(cat /version) on $(hostname)"; redis 'LRANGE entries 0 -1' ;;
esac
`;

/** The web tier: a shell and its HTTP server with one program on top, as a layer of its own. */
export async function guestbookImage(version: number): Promise<ImageContent> {
  const base = await busyboxImage(webImage(version));
  const layer = tar([
    { path: 'www', type: 'directory' },
    { path: 'www/cgi-bin', type: 'directory' },
    { path: 'www/cgi-bin/entries', content: Buffer.from(program), mode: 0o755 },
    { path: 'version', content: Buffer.from(`${version}\n`) },
  ]);
  const config = { ...base.config, Entrypoint: ['httpd', '-f', '-p', '8080', '-h', '/www'] };
  return { ...base, layers: [...base.layers, layer], config };
}

/** Redis as Debian packs it, with the libraries it needs, on top of a shell. */
export async function debianRedisImage(): Promise<ImageContent> {
  const root = join(testCache, 'root');
  const libraries = async (folder: string) =>
    (await readdir(join(root, folder))).filter((name) => name.includes('.so')).map((name) => join(folder, name));
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const loader = process.arch === 'arm64' ? await libraries('lib') : ['lib64'];
  const paths = [
    ...loader,
    ...(await libraries(`lib/${triplet}`)),
    ...(await libraries(`usr/lib/${triplet}`)),
    'usr/bin/redis-server',
    'usr/bin/redis-cli',
  ];
  const base = await busyboxImage(redisImage, { Cmd: ['redis-server'] });
  // redis-server is a link to the program that also checks files.
  return { ...base, layers: [...base.layers, await layerOf(root, [...paths, 'usr/bin/redis-check-rdb'])] };
}
