import type { Writable } from 'node:stream';

/** Large answers go out in pieces of this size. */
export const chunkBytes = 256 * 1024;
/** Pieces of one answer that may be on their way at once. */
const mostInFlight = 4;
/** Buffers kept for the next answers: a fresh one costs more (page faults, garbage collection) than filling it. */
const mostKept = 16;

/** Copies many small pieces into few large, reused buffers and writes those, with back-pressure. */
export class ChunkWriter {
  readonly #free: Buffer[] = [];

  /** Resolves when everything is handed to the stream. Rejects with the stream's error. */
  async write(out: Writable, pieces: Iterable<Buffer>): Promise<void> {
    const flight = new Flight(out, this.#free);
    let chunk = this.#take();
    let at = 0;
    for (const piece of pieces) {
      let from = 0;
      while (from < piece.length) {
        const copied = piece.copy(chunk, at, from);
        from += copied;
        at += copied;
        if (at < chunk.length) continue;
        const room = flight.send(chunk, at);
        if (room) await room;
        chunk = this.#take();
        at = 0;
      }
    }
    if (at > 0) flight.send(chunk, at);
    await flight.landed();
  }

  #take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(chunkBytes);
  }
}

/** The pieces of one answer that the stream has not yet let go of. */
class Flight {
  readonly #out: Writable;
  readonly #free: Buffer[];
  #count = 0;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(out: Writable, free: Buffer[]) {
    this.#out = out;
    this.#free = free;
  }

  /** A promise when the next piece has to wait. */
  send(chunk: Buffer, bytes: number): Promise<void> | undefined {
    this.#count++;
    this.#out.write(bytes === chunk.length ? chunk : chunk.subarray(0, bytes), (error) => {
      this.#count--;
      // After an error nobody knows who still reads the buffer; it is left to the garbage collector.
      if (error) this.#error ??= error;
      else if (this.#free.length < mostKept) this.#free.push(chunk);
      this.#wake?.();
    });
    return this.#count < mostInFlight ? undefined : this.#below(mostInFlight);
  }

  landed(): Promise<void> {
    return this.#below(1);
  }

  async #below(count: number): Promise<void> {
    while (this.#count >= count && !this.#error)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#error) throw this.#error;
  }
}
