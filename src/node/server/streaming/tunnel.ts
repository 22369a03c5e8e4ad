import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorCode } from '../../../base/errors.ts';

/** Bytes both ways, with back-pressure, until one side ends; then both are closed. Rejects on unexpected errors only. */
export async function tunnel(client: Duplex, backend: Duplex): Promise<void> {
  const ways = [pipeline(client, backend), pipeline(backend, client)];
  // The first that ends has delivered what it had; nobody reads the other's rest.
  const first = await Promise.race(ways.map((way) => way.catch((error: unknown) => ({ error }))));
  client.destroy();
  backend.destroy();
  await Promise.allSettled(ways);
  if (first && !isBrokenOff(first.error)) throw first.error;
}

/** One side left in the middle, which is how such connections usually end. */
export function isBrokenOff(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EPIPE', 'ABORT_ERR'].includes(code);
}
