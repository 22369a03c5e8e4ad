import { createSocket, type Socket } from 'node:dgram';
import { createServer, isIPv6, type Server, type Socket as TcpSocket } from 'node:net';
import type { Logger } from '../../base/log.ts';
import { framed } from './forward.ts';
import type { Responder } from './responder.ts';

/** The sockets of the DNS server. */
export interface DnsServer {
  /** Listens on this address beside those before; does nothing when it does so already. Errors: Node's, such as EADDRINUSE. */
  listen(address: string): Promise<void>;
  stop(): Promise<void>;
}

const maxTcpConnections = 200;
const tcpIdleMs = 10_000;
const maxQueryBytes = 4096;
const maxPendingPerConnection = 32;

export function createDnsServer(options: {
  readonly respond: Responder;
  readonly port: number;
  readonly log: Logger;
}): DnsServer {
  const { respond, port, log } = options;
  const sockets = new Map<
    string,
    { readonly udp: Socket; readonly tcp: Server; readonly connections: Set<TcpSocket> }
  >();

  const serveUdp = (socket: Socket) =>
    socket.on('message', (query, from) => {
      respond(query, 'udp').then(
        (answer) => answer && socket.send(answer, from.port, from.address),
        (error: unknown) => log.error('question not answered', { error }),
      );
    });

  const serveTcp = (connections: Set<TcpSocket>) => (connection: TcpSocket) => {
    connections.add(connection);
    let received: Buffer = Buffer.alloc(0);
    let pending = 0;
    connection.setTimeout(tcpIdleMs, () => connection.destroy());
    connection.on('close', () => connections.delete(connection));
    connection.on('error', (error) => log.debug('DNS connection ended', { error }));
    connection.on('data', (chunk) => {
      received = Buffer.concat([received, chunk as Buffer]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const length = received.readUInt16BE(0);
        const query = Buffer.from(received.subarray(2, 2 + length));
        received = received.subarray(2 + length);
        if (++pending > maxPendingPerConnection) {
          connection.destroy();
          return;
        }
        respond(query, 'tcp').then(
          (answer) => {
            pending--;
            if (answer && connection.writable) connection.write(framed(answer));
          },
          (error: unknown) => log.error('question not answered', { error }),
        );
      }
      if (received.length > maxQueryBytes) connection.destroy();
    });
  };

  return {
    async listen(address) {
      if (sockets.has(address)) return;
      const udp = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', reuseAddr: false });
      const connections = new Set<TcpSocket>();
      const tcp = createServer(serveTcp(connections));
      tcp.maxConnections = maxTcpConnections;
      try {
        await new Promise<void>((resolve, reject) => {
          udp.once('error', reject);
          udp.bind(port, address, () => resolve());
        });
        await new Promise<void>((resolve, reject) => {
          tcp.once('error', reject);
          tcp.listen(port, address, () => resolve());
        });
      } catch (error) {
        udp.close();
        tcp.close();
        throw error;
      }
      for (const socket of [udp, tcp]) {
        socket.removeAllListeners('error');
        socket.on('error', (error: Error) => log.warn('DNS socket', { address, error }));
      }
      serveUdp(udp);
      sockets.set(address, { udp, tcp, connections });
      log.info('DNS answers', { address, port });
    },
    async stop() {
      for (const { udp, tcp, connections } of sockets.values()) {
        udp.close();
        for (const connection of connections) connection.destroy();
        await new Promise<void>((resolve) => tcp.close(() => resolve()));
      }
      sockets.clear();
    },
  };
}
