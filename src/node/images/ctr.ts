import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { toError } from '../../base/errors.ts';
import { RuntimeError } from '../runtime/errors.ts';

/** Imports image archives into containerd's `k8s.io` namespace. */
export interface Ctr {
  /** An archive's bytes, or the path of one (.tar, .tar.gz, .tgz, .tar.zst). Returns the names of the images it had. */
  importArchive(archive: Uint8Array | string, signal: AbortSignal): Promise<readonly string[]>;
}

const importDeadlineMs = 600_000;
const maxOutputBytes = 64 * 1024;

/** Uses containerd's own command line tool, so that every archive form that containerd knows is read as it reads it. */
export function createCtr(options: { readonly ctrPath: string; readonly socketPath: string }): Ctr {
  return {
    async importArchive(archive, signal) {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(importDeadlineMs)]);
      const args = ['--address', options.socketPath, '--namespace', 'k8s.io', 'images', 'import', '--local', '-'];
      const child = spawn(options.ctrPath, args, {
        stdio: ['pipe', 'pipe', 'pipe'],
        signal: bounded,
        killSignal: 'SIGKILL',
      });
      const output = collect(child.stdout);
      const errors = collect(child.stderr);
      const ended = new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => resolve(code));
      });
      const what = typeof archive === 'string' ? archive : 'the archive';
      const fed = feed(archive, child.stdin).then(
        () => undefined,
        (error: unknown) => toError(error), // ctr's own message says more when it ended early
      );
      try {
        const code = await ended;
        const feedError = await fed;
        if (code !== 0 || feedError)
          throw new RuntimeError('InvalidArgument', `cannot import images from ${what}: ${errors.text().trim()}`, {
            cause: feedError,
          });
      } catch (error) {
        if (error instanceof RuntimeError) throw error;
        throw new RuntimeError('Unavailable', `cannot import images from ${what}`, { cause: error });
      }
      return [...output.text().matchAll(/^(?:unpacking )?(\S+[:@]\S+)/gm)].map(([, name = '']) => name);
    },
  };
}

async function feed(archive: Uint8Array | string, into: NodeJS.WritableStream): Promise<void> {
  if (typeof archive !== 'string') return pipeline(Readable.from([archive]), into);
  const file = createReadStream(archive);
  if (/\.(tar\.gz|tgz)$/.test(archive)) return pipeline(file, createGunzip(), into);
  if (/\.(tar\.zst|tzst)$/.test(archive)) return pipeline(file, createZstdDecompress(), into);
  return pipeline(file, into);
}

function collect(stream: Readable): { text(): string } {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    if (text.length < maxOutputBytes) text += chunk;
  });
  return { text: () => text };
}
