import type { Duplex } from 'node:stream';
import { errorCode } from '../../../base/errors.ts';

/**
 * Bytes both ways, with back-pressure, until one side has ended and the other has been handed all of it, or until one
 * breaks off. The backend is closed then; the client's end is left to the caller, who has more patience (see `linger`).
 */
export function tunnel(client: Duplex, backend: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      client.unpipe(backend);
      backend.unpipe(client);
      backend.destroy();
      resolve();
    };
    for (const [from, to] of [
      [client, backend],
      [backend, client],
    ] as const) {
      to.once('finish', over);
      from.once('error', over);
      from.once('close', over);
      from.pipe(to);
    }
  });
}

const lingerMs = 5_000;

/**
 * Ends a connection so that the other side gets what was written: closing one with unread bytes in it would reset it,
 * and the last output of a command would be lost.
 */
export function linger(socket: Duplex): void {
  socket.end();
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  timer.unref();
  socket.once('end', () => socket.destroy());
  socket.once('close', () => clearTimeout(timer));
}

/** One side left in the middle, which is how connections usually end. */
export function isBrokenOff(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EPIPE', 'ABORT_ERR'].includes(code);
}
