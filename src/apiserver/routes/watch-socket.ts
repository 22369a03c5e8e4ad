import { WebSocketServer } from 'ws';
import type { ApiRequest } from '../http/api-request.ts';
import type { Upgrade } from '../http/exchange.ts';
import type { WatchSink } from './watch-sink.ts';

/** A client that does not read is cut off when this much waits for it. */
const mostBufferedBytes = 16 * 1024 * 1024;

/** A watch over a WebSocket: one text message an event. */
export function openWatchSocket(request: ApiRequest, upgrade: Upgrade): WatchSink {
  const server = new WebSocketServer({ noServer: true, maxPayload: 4096 });
  const socket = upgrade.take();
  let send: ((frame: Buffer) => void) | undefined;
  let close: (() => void) | undefined;
  const early: Buffer[] = [];
  server.handleUpgrade(upgrade.request, socket, upgrade.head, (webSocket) => {
    webSocket.on('error', () => webSocket.terminate());
    webSocket.on('close', () => request.exchange.abort(new Error('the client closed the WebSocket')));
    send = (frame) => {
      if (webSocket.bufferedAmount > mostBufferedBytes) webSocket.terminate();
      else webSocket.send(frame, { binary: false });
    };
    close = () => webSocket.close(1000);
    for (const frame of early) send(frame);
  });
  return {
    write(frames) {
      for (const frame of frames)
        if (send) send(frame);
        else early.push(frame);
      return undefined;
    },
    end: () => close?.(),
  };
}
