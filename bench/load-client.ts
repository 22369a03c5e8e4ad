import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { Credentials } from './api-client.ts';
import { errorFrameText, FrameReader, statusOf } from './load-frames.ts';

// A client of HTTP/2 that costs next to nothing, as it shares the machine with the server that it measures: prebuilt header
// blocks, frames laid behind each other in one write a turn, answers counted and not kept.

/** The constant part of requests: everything but the path and the body. */
export interface RequestShape {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
}

export interface LoadClient {
  /** Sends requests of one shape over the client's connections in turn. Each resolves to the bytes of its answer, or rejects unless that is 2xx. */
  requests(shape: RequestShape): (path: string, body?: string) => Promise<number>;
  close(): void;
}

const frame = { data: 0, headers: 1, rstStream: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 };
const endStream = 1;
const acknowledge = 1;
const endHeaders = 4;
/** What a frame may carry (RFC 9113, SETTINGS_MAX_FRAME_SIZE as it is at the start). */
const mostPayload = 16_384;
const largestWindow = 2 ** 31 - 1;
/** After so many bytes the server is given as many again for all streams of a connection. */
const windowStep = 2 ** 28;

export async function connectLoad(url: string, credentials: Credentials, connections = 4): Promise<LoadClient> {
  const opened = await Promise.all(
    Array.from({ length: connections }, () => Connection.open(new URL(url), credentials)),
  );
  let turn = 0;
  return {
    requests({ method, headers = {} }) {
      const before = Buffer.concat([
        literal(':method', method),
        literal(':scheme', 'https'),
        literal(':authority', new URL(url).host),
      ]);
      const after = Buffer.concat(Object.entries(headers).map(([name, value]) => literal(name, value)));
      return (path, body) => {
        const connection = opened[turn++ % connections] as Connection;
        return connection.send(Buffer.concat([before, literal(':path', path), after]), body);
      };
    },
    close() {
      for (const connection of opened) connection.close();
    },
  };
}

/** A header field without indexing and without Huffman coding (RFC 7541, 6.2.2): nothing to remember on either side. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  if (bytes.length < 127 + 128) return Buffer.concat([Buffer.from([127, bytes.length - 127]), bytes]);
  throw new Error(`too long for a benchmark's header: ${value}`);
}

interface Pending {
  readonly resolve: (bytes: number) => void;
  readonly reject: (error: Error) => void;
  status: number;
  bytes: number;
  /** Of an answer that says what is wrong. */
  problem: string;
}

class Connection {
  readonly #socket: TLSSocket;
  readonly #pending = new Map<number, Pending>();
  #nextStream = 1;
  #received = 0;
  #queue: Buffer[] = [];

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    const reader = new FrameReader((type, flags, stream, payload) => this.#onFrame(type, flags, stream, payload));
    socket.on('data', (chunk: Buffer) => reader.read(chunk));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
    socket.on('error', (error) => this.#fail(error));
    this.#write(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
    // No table of headers that the answers refer to, no pushes, and windows that never fill.
    this.#write(frameOf(frame.settings, 0, 0, settings({ 1: 0, 2: 0, 4: largestWindow })));
    this.#write(frameOf(frame.windowUpdate, 0, 0, uint32(largestWindow - 65_535)));
  }

  static async open(url: URL, { ca, cert, key }: Credentials): Promise<Connection> {
    const socket = connect({ host: url.hostname, port: Number(url.port), ca, cert, key, ALPNProtocols: ['h2'] });
    await once(socket, 'secureConnect');
    socket.setNoDelay(true);
    return new Connection(socket);
  }

  send(headers: Buffer, body?: string): Promise<number> {
    const stream = this.#nextStream;
    this.#nextStream += 2;
    this.#write(frameOf(frame.headers, endHeaders | (body === undefined ? endStream : 0), stream, headers));
    if (body !== undefined) {
      const bytes = Buffer.from(body);
      if (bytes.length > mostPayload) throw new Error('a body of more than one frame');
      this.#write(frameOf(frame.data, endStream, stream, bytes));
    }
    return new Promise((resolve, reject) => {
      this.#pending.set(stream, { resolve, reject, status: 0, bytes: 0, problem: '' });
    });
  }

  /** What one turn writes goes out together. */
  #write(bytes: Buffer): void {
    if (this.#queue.push(bytes) > 1) return;
    setImmediate(() => {
      this.#socket.write(Buffer.concat(this.#queue));
      this.#queue = [];
    });
  }

  #onFrame(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === frame.settings && !(flags & acknowledge)) this.#write(frameOf(frame.settings, acknowledge, 0));
    if (type === frame.ping && !(flags & acknowledge)) this.#write(frameOf(frame.ping, acknowledge, 0, payload));
    if (type === frame.goAway) this.#fail(new Error(`the server ends the connection: ${errorFrameText(payload)}`));
    if (type === frame.data) this.#grant(payload.length);
    const pending = this.#pending.get(stream);
    if (!pending) return;
    if (type === frame.headers && pending.status === 0) pending.status = statusOf(payload);
    else if (type === frame.data) {
      pending.bytes += payload.length;
      if (pending.status >= 300) pending.problem += payload.toString('utf8');
    } else if (type === frame.rstStream) this.#end(stream, pending, `reset: ${errorFrameText(payload)}`);
    if (flags & endStream && (type === frame.headers || type === frame.data)) this.#end(stream, pending);
  }

  #end(stream: number, pending: Pending, problem?: string): void {
    this.#pending.delete(stream);
    if (problem === undefined && pending.status >= 200 && pending.status < 300) pending.resolve(pending.bytes);
    else pending.reject(new Error(problem ?? `${pending.status} ${pending.problem.slice(0, 500)}`));
  }

  #grant(bytes: number): void {
    this.#received += bytes;
    if (this.#received < windowStep) return;
    this.#write(frameOf(frame.windowUpdate, 0, 0, uint32(this.#received)));
    this.#received = 0;
  }

  #fail(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  close(): void {
    this.#socket.destroy();
  }
}

function frameOf(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.allocUnsafe(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  payload.copy(bytes, 9);
  return bytes;
}

function settings(values: Readonly<Record<number, number>>): Buffer {
  const pairs = Object.entries(values).map(([id, value]) => {
    const pair = Buffer.alloc(6);
    pair.writeUInt16BE(Number(id), 0);
    pair.writeUInt32BE(value, 2);
    return pair;
  });
  return Buffer.concat(pairs);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
