// Reading what a server of HTTP/2 sends (RFC 9113), as far as a benchmark's client must understand it.

type OnFrame = (type: number, flags: number, stream: number, payload: Buffer) => void;

const headBytes = 9;

/** Cuts a byte stream into frames. DATA frames are given as they arrive, also in parts; only the last part keeps its flags. */
export class FrameReader {
  readonly #onFrame: OnFrame;
  #rest: Buffer = Buffer.alloc(0);
  /** Of the DATA frame that is being read. */
  #left = 0;
  #flags = 0;
  #stream = 0;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  read(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      if (this.#left > 0) at = this.#readData(bytes, at);
      if (this.#left > 0 || bytes.length - at < headBytes) break;
      const length = bytes.readUIntBE(at, 3);
      const type = bytes[at + 3] as number;
      const isData = type === 0 && length > 0;
      if (!isData && bytes.length - at < headBytes + length) break;
      this.#flags = bytes[at + 4] as number;
      this.#stream = bytes.readUInt32BE(at + 5);
      at += headBytes;
      if (isData) this.#left = length;
      else {
        this.#onFrame(type, this.#flags, this.#stream, bytes.subarray(at, at + length));
        at += length;
      }
    }
    this.#rest = bytes.subarray(at);
  }

  #readData(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (end > at) this.#onFrame(0, this.#left === 0 ? this.#flags : 0, this.#stream, bytes.subarray(at, end));
    return end;
  }
}

/** RFC 7541, appendix A: the indexed forms of `:status`. */
const indexedStatus = [200, 204, 206, 304, 400, 404, 500];

/** The status in a header block that was made without a dynamic table; it is the first field (RFC 9113, 8.3.2). */
export function statusOf(block: Buffer): number {
  let at = 0;
  while (((block[at] ?? 0) & 0xe0) === 0x20) at++; // changes of the table's size, to 0
  const first = block[at] ?? 0;
  if (first & 0x80) return indexedStatus[(first & 0x7f) - 8] ?? 0;
  const length = block[at + 1] ?? 0;
  const value = block.subarray(at + 2, at + 2 + (length & 0x7f));
  return Number(length & 0x80 ? digitsOf(value) : value.toString('latin1'));
}

/** Three digits in Huffman's code (RFC 7541, appendix B): 0 to 2 have five bits, 3 to 9 six, from 011001 on. */
function digitsOf(bytes: Buffer): string {
  let bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let digits = '';
  while (digits.length < 3 && bits.length >= 5) {
    const short = Number.parseInt(bits.slice(0, 5), 2);
    if (short <= 2) {
      digits += short;
      bits = bits.slice(5);
    } else {
      digits += Number.parseInt(bits.slice(0, 6), 2) - 0b011001 + 3;
      bits = bits.slice(6);
    }
  }
  return digits;
}

/** What GOAWAY and RST_STREAM say. */
export function errorFrameText(payload: Buffer): string {
  return payload.length >= 8
    ? `error ${payload.readUInt32BE(4)} ${payload.toString('utf8', 8)}`
    : `error ${payload.readUInt32BE(0)}`;
}
