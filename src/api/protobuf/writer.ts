const firstBytes = 16 * 1024;
/** A larger buffer is not kept for the next message. */
const mostKeptBytes = 1024 * 1024;

/**
 * Writes a message from its end to its beginning, so that the length of a part is known when it has to be written.
 * Everything is therefore written in reverse: a field's content, then its length, then its tag.
 */
export class Writer {
  #buffer = Buffer.allocUnsafeSlow(firstBytes);
  /** Where the written bytes begin. */
  #at = firstBytes;

  /** How much was written; the difference of two is the length of what came between. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  /** The message, in memory of its own. The writer is empty then. */
  take(): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.length);
    this.#buffer.copy(bytes, 0, this.#at);
    this.clear();
    return bytes;
  }

  /** Forgets what was written. */
  clear(): void {
    if (this.#buffer.length > mostKeptBytes) this.#buffer = Buffer.allocUnsafeSlow(firstBytes);
    this.#at = this.#buffer.length;
  }

  /** A whole number, negative ones as 64 bits in two's complement. */
  varint(value: number): void {
    if (value >= 0 && value < 0x80) {
      this.#reserve(1);
      this.#buffer[--this.#at] = value;
      return;
    }
    if (value < 0 || value > Number.MAX_SAFE_INTEGER) {
      this.#varint64(BigInt.asUintN(64, BigInt(value)));
      return;
    }
    let bytes = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
    this.#reserve(bytes);
    this.#at -= bytes;
    let rest = value;
    for (let i = 0; i < bytes; i++) {
      this.#buffer[this.#at + i] = i < bytes - 1 ? (rest % 0x80) | 0x80 : rest;
      rest = Math.floor(rest / 0x80);
    }
  }

  #varint64(value: bigint): void {
    const bytes: number[] = [];
    for (let rest = value; rest > 0n || bytes.length === 0; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) & 0x7f;
    this.bytes(Buffer.from(bytes));
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.#reserve(length);
    this.#at -= length;
    this.#buffer.write(value, this.#at, length, 'utf8');
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#at -= value.length;
    this.#buffer.set(value, this.#at);
  }

  #reserve(bytes: number): void {
    if (this.#at >= bytes) return;
    const { length } = this;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, length + bytes));
    this.#buffer.copy(larger, larger.length - length, this.#at);
    this.#buffer = larger;
    this.#at = larger.length - length;
  }
}
