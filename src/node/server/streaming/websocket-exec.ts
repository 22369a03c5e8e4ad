import type { WebSocket } from 'ws';
import type { Backend } from './backend.ts';
import { SpdyClient } from './spdy.ts';

/** Which streams the client asked for. */
export interface StreamChoice {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The first byte of each message of the WebSocket protocol. */
const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Above the first the runtime is not read any more, below the second it is again. */
const [fullBytes, roomBytes] = [256 * 1024, 64 * 1024];
/** The result of a command is a short Status. */
const mostResultBytes = 64 * 1024;

/**
 * Joins a WebSocket of `v5.channel.k8s.io` (the client's messages carry a channel each, and 255 closes one) to a SPDY
 * connection of `v4.channel.k8s.io` (a stream each). Resolves when both are over.
 */
export function joinExec(client: WebSocket, backend: Backend, choice: StreamChoice): Promise<void> {
  return new Promise((resolve) => {
    const channelOf = new Map<number, number>();
    const result: Buffer[] = [];
    let resultBytes = 0;
    let paused = false;
    let over = false;

    const send = (channel: number, chunk: Buffer) => {
      if (client.readyState !== client.OPEN) return;
      const message = Buffer.allocUnsafe(chunk.length + 1);
      message[0] = channel;
      chunk.copy(message, 1);
      client.send(message, () => {
        if (!paused || client.bufferedAmount > roomBytes) return;
        paused = false;
        spdy.resume();
      });
      if (paused || client.bufferedAmount < fullBytes) return;
      paused = true;
      spdy.pause();
    };
    const finish = () => {
      over = true;
      // In one message: clients parse each.
      if (client.readyState === client.OPEN) {
        send(channels.error, result.length > 0 ? Buffer.concat(result) : noResult());
        client.close(1000);
        client.resume(); // or its half of the closing would never be read
      }
      spdy.destroy();
    };
    const spdy = new SpdyClient(backend.socket, backend.head, {
      data(streamId, chunk) {
        const channel = channelOf.get(streamId);
        if (channel === undefined) return;
        if (channel !== channels.error) send(channel, chunk);
        else if (resultBytes < mostResultBytes) {
          resultBytes += chunk.length;
          result.push(Buffer.from(chunk));
        }
      },
      end(streamId) {
        if (channelOf.get(streamId) === channels.error) finish();
      },
      closed() {
        finish();
        if (client.readyState === client.CLOSED) resolve();
      },
    });

    const open = (streamType: string, channel: number) => {
      const streamId = spdy.openStream({ streamtype: streamType });
      channelOf.set(streamId, channel);
      return streamId;
    };
    open('error', channels.error);
    const stdin = choice.stdin ? open('stdin', channels.stdin) : undefined;
    if (choice.stdout) open('stdout', channels.stdout);
    if (choice.stderr && !choice.tty) open('stderr', channels.stderr);
    const resize = choice.tty ? open('resize', channels.resize) : undefined;

    const write = (streamId: number | undefined, data: Buffer) => {
      if (streamId === undefined || data.length === 0 || spdy.write(streamId, data)) return;
      client.pause();
      spdy.onDrain(() => client.resume());
    };
    client.on('message', (data: Buffer) => {
      if (over) return;
      const payload = data.subarray(1);
      if (data[0] === channels.stdin) write(stdin, payload);
      else if (data[0] === channels.resize) write(resize, payload);
      else if (data[0] === channels.close && payload[0] === channels.stdin && stdin !== undefined) spdy.end(stdin);
    });
    // A malformed frame; `close` follows.
    client.on('error', () => spdy.destroy());
    client.on('close', () => {
      spdy.destroy();
      resolve();
    });
  });
}

function noResult(): Buffer {
  return Buffer.from(
    JSON.stringify({
      metadata: {},
      status: 'Failure',
      message: 'the container runtime closed the stream without a result',
      reason: 'InternalError',
      code: 500,
    }),
  );
}
