import { WebSocketServer } from 'ws';
import type { ApiRequest } from '../http/api-request.ts';
import type { Upgrade } from '../http/exchange.ts';
import type { WatchSink } from './watch-sink.ts';

/** A client that does not read is cut off when this much waits for it. */
const mostBufferedBytes = 16 * 1024 * 1024;

/** A watch over a WebSocket: one message an event, of text, or of what `binary` takes out of a frame. */
export function openWatchSocket(
  request: ApiRequest,
  upgrade: Upgrade,
  binary: ((frame: Buffer) => Buffer) | undefined,
): WatchSink {
  const server = new WebSocketServer({ noServer: true, maxPayload: 4096 });
  const socket = upgrade.take();
  let send: ((frame: Buffer) => void) | undefined;
  let close: (() => void) | undefined;
  server.handleUpgrade(upgrade.request, socket, upgrade.head, (webSocket) => {
    webSocket.on('error', () => webSocket.terminate());
    webSocket.on('close', () => request.exchange.abort(new Error('the client closed the WebSocket')));
    send = (frame) => {
      if (webSocket.bufferedAmount > mostBufferedBytes) webSocket.terminate();
      else webSocket.send(binary ? binary(frame) : frame, { binary: binary !== undefined });
    };
    close = () => webSocket.close(1000);
  });
  // What was no handshake is answered with 400 by now, and its connection closed.
  if (!send) request.exchange.abort(new Error('the client wanted a WebSocket and sent no valid handshake'));
  return {
    write(frames) {
      for (const frame of frames) send?.(frame);
      return undefined;
    },
    end: () => close?.(),
  };
}
