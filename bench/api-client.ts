import { readFile } from 'node:fs/promises';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { join } from 'node:path';

export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** The administrator's, from a server's data directory. */
export async function readCredentials(dataDir: string): Promise<Credentials> {
  const read = (name: string) => readFile(join(dataDir, 'server/tls', name), 'utf8');
  const [ca, cert, key] = await Promise.all([
    read('server-ca.crt'),
    read('client-admin.crt'),
    read('client-admin.key'),
  ]);
  return { ca, cert, key };
}

/** Connections over HTTP/2 with TLS and a client certificate, used in turn. */
export interface ApiClient {
  /** The answer's bytes; throws unless the status is 2xx. */
  bytes(path: string, body?: string, method?: string, contentType?: string): Promise<number>;
  text(path: string): Promise<string>;
  json<T>(path: string, body?: string, method?: string): Promise<T>;
  /** Calls `onEvent` with the JSON of each watch event until the client is closed; resolves when the watch stands. */
  watch(path: string, onEvent: (json: string) => void): Promise<void>;
  close(): void;
}

/** What benchmarks read of objects. */
export interface Watched {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export const isReady = ({ status }: Watched): boolean =>
  status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

export function connectApi(url: string, credentials: Credentials, connections = 1): ApiClient {
  // A large window, so that what is measured is the server and not the round trips of flow control.
  const settings = { initialWindowSize: 8 << 20 };
  const open = () => {
    const session = connect(url, { ...credentials, settings });
    session.on('error', () => undefined); // each stream on it fails with the same error
    return session;
  };
  const sessions = Array.from({ length: connections }, open);
  let turn = 0;
  const next = (): ClientHttp2Session => {
    const at = turn++ % sessions.length;
    const session = sessions[at];
    if (session && !session.closed && !session.destroyed) return session;
    // The server ends connections on which nothing happens.
    const again = open();
    sessions[at] = again;
    return again;
  };
  const call = (path: string, body?: string, method?: string, contentType = 'application/json'): Promise<Buffer[]> => {
    const stream = next().request(
      {
        ':method': method ?? (body === undefined ? 'GET' : 'POST'),
        ':path': path,
        ...(body !== undefined && { 'content-type': contentType }),
      },
      { endStream: body === undefined },
    );
    if (body !== undefined) stream.end(body);
    return answer(stream, path);
  };
  return {
    bytes: async (...request) => (await call(...request)).reduce((sum, chunk) => sum + chunk.length, 0),
    text: async (path) => Buffer.concat(await call(path)).toString(),
    json: async (path, body, method) => JSON.parse(Buffer.concat(await call(path, body, method)).toString()),
    watch: (path, onEvent) => watch(next().request({ ':path': path }), path, onEvent),
    close() {
      for (const session of sessions) session.destroy();
    },
  };
}

function answer(stream: ClientHttp2Stream, path: string): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    stream.on('response', (headers) => {
      status = Number(headers[':status']);
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      if (status >= 200 && status < 300) resolve(chunks);
      else reject(new Error(`${path}: ${status} ${Buffer.concat(chunks).toString().slice(0, 500)}`));
    });
    stream.on('error', reject);
  });
}

function watch(stream: ClientHttp2Stream, path: string, onEvent: (json: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on('response', (headers) => {
      if (headers[':status'] === 200) resolve();
      else reject(new Error(`${path}: ${headers[':status']}`));
    });
    stream.on('error', reject); // after the answer: the client was closed
    stream.setEncoding('utf8');
    let rest = '';
    stream.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onEvent(line);
    });
  });
}
