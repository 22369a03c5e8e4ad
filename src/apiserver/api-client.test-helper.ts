import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import type { TestServer } from './api-server.test-helper.ts';
import type { KeyPair } from './certificates.test-helper.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly json: any;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** An HTTP/2 client of a test server. */
export class TestClient {
  readonly session: ClientHttp2Session;

  constructor(server: Pick<TestServer, 'url' | 'ca'>, user?: KeyPair) {
    this.session = connect(server.url, {
      ca: server.ca,
      ...(user && { cert: user.certificatePem, key: user.keyPem }),
    });
    this.session.on('error', () => undefined);
  }

  call(method: string, path: string, { body, headers = {} }: CallOptions = {}): Promise<Answer> {
    const stream = this.session.request(
      { ':method': method, ':path': path, ...headers },
      { endStream: body === undefined },
    );
    if (body !== undefined)
      stream.end(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let answered: IncomingHttpHeaders = {};
      stream.on('response', (received) => {
        answered = received;
      });
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', reject);
      stream.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString('utf8');
        resolve({
          status: Number(answered[':status']),
          headers: answered,
          bytes,
          text,
          get json() {
            return JSON.parse(text);
          },
        });
      });
    });
  }

  get = (path: string, headers?: CallOptions['headers']) => this.call('GET', path, headers ? { headers } : {});
  post = (path: string, body: unknown, headers: CallOptions['headers'] = {}) =>
    this.call('POST', path, { body, headers: { 'content-type': 'application/json', ...headers } });
  put = (path: string, body: unknown) =>
    this.call('PUT', path, { body, headers: { 'content-type': 'application/json' } });
  delete = (path: string, body?: unknown) =>
    this.call('DELETE', path, body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } });
  patch = (path: string, body: unknown, type = 'application/merge-patch+json') =>
    this.call('PATCH', path, { body, headers: { 'content-type': type } });

  close(): void {
    this.session.destroy();
  }
}
