import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** What a bare server answers, and what it shows. */
export interface BareOptions {
  readonly answers: Readonly<Record<string, string>>;
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

export interface BareServer {
  readonly pid: number;
  readonly url: string;
  end(): Promise<void>;
}

/** A node:http2 server, in a process of its own, that does nothing but answer paths with bytes from memory. */
export async function startBare(options: BareOptions): Promise<BareServer> {
  const child = fork(import.meta.filename, { serialization: 'advanced' });
  child.send(options);
  const [url] = (await once(child, 'message')) as [string];
  if (child.pid === undefined) throw new Error('the bare server does not run');
  const end = async () => {
    child.disconnect();
    await once(child, 'exit');
  };
  return { pid: child.pid, url, end };
}

async function serve(): Promise<void> {
  const [{ answers, key, cert, ca }] = (await once(process, 'message')) as [BareOptions];
  const bytes = new Map(Object.entries(answers).map(([path, text]) => [path, Buffer.from(text)]));
  const server = createSecureServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true });
  server.on('stream', (streamed, headers) => {
    const stream = streamed as ServerHttp2Stream;
    stream.respond({ [constants.HTTP2_HEADER_STATUS]: 200, 'content-type': 'application/json' });
    stream.end(bytes.get(headers[':path'] ?? ''));
  });
  server.listen(0, '127.0.0.1', () => {
    process.send?.(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  process.once('disconnect', () => process.exit(0));
}

if (import.meta.main) await serve();
