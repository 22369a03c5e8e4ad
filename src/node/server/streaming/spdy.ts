import type { Duplex } from 'node:stream';

/**
 * The client's side of SPDY/3.1, as much of it as the Kubernetes streaming protocol uses: streams that the client opens,
 * data, half-close, reset, ping. No flow control: Kubernetes' implementation (moby/spdystream) has none and leaves it
 * to TCP, so does this. Bytes of unread data are never collected: a chunk is handed on as it arrives.
 *
 * Header blocks are zlib streams of stored blocks without the protocol's dictionary: valid input for every inflater,
 * and five short blocks in a connection's life are not worth compressing.
 */
export interface SpdyHandlers {
  data(streamId: number, chunk: Buffer): void;
  /** The other side has closed or reset its half. */
  end(streamId: number): void;
  /** The connection is over; after it nothing is called. */
  closed(error: Error | undefined): void;
}

const fin = 1;
const frame = { synStream: 1, rstStream: 3, ping: 6 } as const;
const headerBytes = 8;
/** Of a control frame; data frames have no bound, as they are not collected. */
const mostControlBytes = 64 * 1024;

export class SpdyClient {
  readonly #socket: Duplex;
  readonly #handlers: SpdyHandlers;
  #nextStreamId = 1;
  #firstBlock = true;
  #unread: Buffer = Buffer.alloc(0);
  /** Of the data frame that is being read. */
  #open: { readonly streamId: number; readonly last: boolean; left: number } | undefined;
  #over = false;

  /** `head`: bytes that came with the answer to the upgrade. */
  constructor(socket: Duplex, head: Buffer, handlers: SpdyHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.on('error', (error) => this.#close(error));
    socket.on('close', () => this.#close(undefined));
    socket.on('end', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    if (head.length > 0) this.#receive(head);
  }

  /** Opens a stream; its id. Data may follow at once. */
  openStream(headers: Readonly<Record<string, string>>): number {
    const streamId = this.#nextStreamId;
    this.#nextStreamId += 2;
    const payload = Buffer.alloc(10);
    payload.writeUInt32BE(streamId, 0);
    this.#control(frame.synStream, Buffer.concat([payload, this.#headerBlock(headers)]));
    return streamId;
  }

  /** False: wait for `onDrain` before writing more. */
  write(streamId: number, data: Buffer): boolean {
    return this.#data(streamId, data, 0);
  }

  /** Half-closes a stream. */
  end(streamId: number): void {
    this.#data(streamId, Buffer.alloc(0), fin);
  }

  onDrain(fn: () => void): void {
    this.#socket.once('drain', fn);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #data(streamId: number, data: Buffer, flags: number): boolean {
    if (this.#over) return true;
    const header = Buffer.alloc(headerBytes);
    header.writeUInt32BE(streamId, 0);
    header.writeUInt32BE(((flags << 24) | data.length) >>> 0, 4);
    this.#socket.cork();
    this.#socket.write(header);
    const goOn = this.#socket.write(data);
    this.#socket.uncork();
    return goOn;
  }

  #control(type: number, payload: Buffer): void {
    if (this.#over) return;
    const header = Buffer.alloc(headerBytes);
    header.writeUInt16BE(0x8003, 0);
    header.writeUInt16BE(type, 2);
    header.writeUInt32BE(payload.length, 4);
    this.#socket.write(Buffer.concat([header, payload]));
  }

  #headerBlock(headers: Readonly<Record<string, string>>): Buffer {
    const entries = Object.entries(headers);
    const plain = Buffer.concat([lengthOf(entries.length), ...entries.flat().flatMap(text)]);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(plain.length, 1);
    stored.writeUInt16LE(plain.length ^ 0xffff, 3);
    const start = this.#firstBlock ? Buffer.from([0x78, 0x01]) : Buffer.alloc(0);
    this.#firstBlock = false;
    return Buffer.concat([start, stored, plain, flush]);
  }

  #receive(chunk: Buffer): void {
    let rest = this.#unread.length > 0 ? Buffer.concat([this.#unread, chunk]) : chunk;
    while (!this.#over) {
      const used = this.#open ? this.#takeData(this.#open, rest) : this.#takeFrame(rest);
      if (used === undefined) break;
      rest = rest.subarray(used);
    }
    this.#unread = rest;
  }

  /** How many bytes were used; undefined when more are needed. */
  #takeData(open: { readonly streamId: number; readonly last: boolean; left: number }, bytes: Buffer) {
    if (open.left > 0 && bytes.length === 0) return undefined;
    const piece = bytes.subarray(0, open.left);
    open.left -= piece.length;
    if (piece.length > 0) this.#handlers.data(open.streamId, piece);
    if (open.left === 0) {
      this.#open = undefined;
      if (open.last) this.#handlers.end(open.streamId);
    }
    return piece.length;
  }

  #takeFrame(bytes: Buffer): number | undefined {
    if (bytes.length < headerBytes) return undefined;
    const first = bytes.readUInt32BE(0);
    const flags = bytes.readUInt8(4);
    const length = bytes.readUIntBE(5, 3);
    if (first < 0x80000000) {
      this.#open = { streamId: first, last: (flags & fin) !== 0, left: length };
      return headerBytes;
    }
    if (length > mostControlBytes) {
      this.#close(new Error(`SPDY control frame of ${length} bytes; at most ${mostControlBytes} are accepted`));
      this.#socket.destroy();
      return undefined;
    }
    if (bytes.length < headerBytes + length) return undefined;
    this.#takeControl(first & 0xffff, flags, bytes.subarray(headerBytes, headerBytes + length));
    return headerBytes + length;
  }

  /** Replies, settings, window updates and going away need no answer: the end of the connection says the rest. */
  #takeControl(type: number, flags: number, payload: Buffer): void {
    if (payload.length < 4) return;
    const id = payload.readUInt32BE(0);
    if (type === frame.rstStream) this.#handlers.end(id);
    else if (type === frame.ping && id % 2 === 0) this.#control(frame.ping, payload);
    else if ((flags & fin) !== 0) this.#handlers.end(id);
  }

  #close(error: Error | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#handlers.closed(error);
  }
}

/** An empty stored block, as a flush leaves it: at it Go's inflater hands on what it has. */
const flush = Buffer.from([0, 0, 0, 0xff, 0xff]);

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length, 0);
  return bytes;
}

function text(value: string): readonly Buffer[] {
  const bytes = Buffer.from(value);
  return [lengthOf(bytes.length), bytes];
}
