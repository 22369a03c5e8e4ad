import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { CodedError } from '../../base/errors.ts';

/** Why a question could not be asked elsewhere. */
export class ForwardError extends CodedError<'no-upstream' | 'timeout' | 'unreachable'> {}

export interface ForwarderOptions {
  /** Addresses of resolvers, asked in this order. */
  readonly upstreams: readonly string[];
  /** For each of them. Default: 2,000. */
  readonly timeoutMs?: number;
  /** Default: 53. */
  readonly port?: number;
}

/** Asks other resolvers, with the question's bytes as they came. */
export interface Forwarder {
  /** The answer to `query` (a DNS message), with the query's id. Errors: ForwardError. */
  ask(query: Buffer, options: { readonly tcp: boolean }): Promise<Buffer>;
}

export function createForwarder({ upstreams, timeoutMs = 2_000, port = 53 }: ForwarderOptions): Forwarder {
  return {
    async ask(query, { tcp }) {
      let last: unknown = new ForwardError(
        'no-upstream',
        'cannot resolve names outside the cluster: no resolver is configured',
      );
      for (const upstream of upstreams) {
        try {
          const answer = await (tcp ? overTcp : overUdp)(query, { upstream, port, timeoutMs });
          query.copy(answer, 0, 0, 2);
          return answer;
        } catch (error) {
          last = error;
        }
      }
      throw last;
    },
  };
}

interface Target {
  readonly upstream: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/** A socket and an id of its own for each question, so that an answer cannot be guessed (RFC 5452). */
function overUdp(query: Buffer, { upstream, port, timeoutMs }: Target): Promise<Buffer> {
  const id = randomInt(0x10000);
  const question = Buffer.from(query);
  question.writeUInt16BE(id, 0);
  return new Promise((resolve, reject) => {
    const socket: Socket = createSocket(isIPv6(upstream) ? 'udp6' : 'udp4');
    const settle = (act: () => void) => {
      clearTimeout(timer);
      socket.close();
      act();
    };
    const timer = setTimeout(
      () =>
        settle(() => reject(new ForwardError('timeout', `no answer from resolver ${upstream} within ${timeoutMs} ms`))),
      timeoutMs,
    );
    socket.on('error', (cause) =>
      settle(() => reject(new ForwardError('unreachable', `cannot reach resolver ${upstream}`, { cause }))),
    );
    socket.on('message', (message) => {
      if (message.length >= 12 && message.readUInt16BE(0) === id) settle(() => resolve(message));
    });
    socket.connect(port, upstream, () => socket.send(question));
  });
}

/** RFC 7766: each message behind its length in two bytes. */
function overTcp(query: Buffer, { upstream, port, timeoutMs }: Target): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: upstream, port });
    let received = Buffer.alloc(0);
    const fail = (code: 'timeout' | 'unreachable', message: string, cause?: unknown) => {
      socket.destroy();
      reject(new ForwardError(code, message, { cause }));
    };
    socket.setTimeout(timeoutMs, () => fail('timeout', `no answer from resolver ${upstream} within ${timeoutMs} ms`));
    socket.on('error', (cause) => fail('unreachable', `cannot reach resolver ${upstream}`, cause));
    socket.on('connect', () => socket.write(framed(query)));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk as Buffer]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      socket.end();
      resolve(Buffer.from(received.subarray(2, 2 + received.readUInt16BE(0))));
    });
    socket.on('end', () => fail('unreachable', `resolver ${upstream} closed the connection without an answer`));
  });
}

/** A message as it goes over TCP. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
