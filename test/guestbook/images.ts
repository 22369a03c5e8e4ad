import type { ImageContent } from '../../src/node/images/archive.ts';
import { tar } from '../../src/node/images/tar.ts';
import { busyboxImage, debianLayer } from '../images/images.ts';

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
  const base = await busyboxImage(redisImage, { Cmd: ['redis-server'] });
  // redis-server is a link to the program that also checks files.
  const programs = ['usr/bin/redis-server', 'usr/bin/redis-cli', 'usr/bin/redis-check-rdb'];
  return { ...base, layers: [...base.layers, await debianLayer(programs)] };
}
