import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { ServerError } from '../server-error.ts';

export interface Handshake {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Of one message; clients send pieces of some ten kilobytes. */
const mostMessageBytes = 8 * 1024 * 1024;

/**
 * Answers a client's WebSocket handshake with `protocol`. To be called when the backend has agreed: until then the
 * client can be told why not. Throws ServerError when the handshake is malformed; it has been answered then.
 */
export function acceptWebSocket({ request, socket, head }: Handshake, protocol: string): Promise<WebSocket> {
  // The library takes no names with a slash in them, as `SPDY/3.1+portforward.k8s.io` is one: it does not see them.
  delete request.headers['sec-websocket-protocol'];
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: mostMessageBytes,
  });
  server.on('headers', (lines) => lines.push(`Sec-WebSocket-Protocol: ${protocol}`));
  return new Promise((resolve, reject) => {
    const refused = () => reject(new ServerError('BadRequest', 'the WebSocket handshake is malformed'));
    socket.once('close', refused);
    server.handleUpgrade(request, socket, head, (client) => {
      socket.off('close', refused);
      resolve(client);
    });
  });
}
