import type { LogOptions } from './log-options.ts';

/**
 * Reads the log format of the container runtime interface, `<RFC 3339 time> <stdout|stderr> <F|P>[:…] <text>`, a line
 * each; P marks a piece that the next line goes on with. Give it bytes as they come, get back what to show.
 */
export class LogLines {
  readonly #options: Pick<LogOptions, 'timestamps' | 'sinceMs' | 'stream'>;
  #left: number;
  #sinceMs: number | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #inLine = false;

  constructor(options: Pick<LogOptions, 'timestamps' | 'sinceMs' | 'stream' | 'limitBytes'>) {
    this.#options = options;
    this.#left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    this.#sinceMs = options.sinceMs;
  }

  /** As many bytes were shown as may be. */
  get full(): boolean {
    return this.#left <= 0;
  }

  /** What these bytes add to the output. Throws when a line is no line of a log. */
  push(chunk: Buffer): Buffer {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const shown: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      this.#line(bytes.subarray(start, end), shown);
      start = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(start));
    if (this.#rest.length > mostLineBytes)
      throw new Error(`a log line has more than ${mostLineBytes} bytes; the runtime should have cut it`);
    return this.#cut(Buffer.concat(shown));
  }

  /** Another file follows; a line that was not finished stays so. */
  restart(): void {
    this.#rest = Buffer.alloc(0);
  }

  #line(line: Buffer, shown: Buffer[]): void {
    if (line.length === 0) return;
    const timeEnd = line.indexOf(space);
    const streamEnd = line.indexOf(space, timeEnd + 1);
    const tagEnd = line.indexOf(space, streamEnd + 1);
    if (timeEnd < 0 || streamEnd < 0)
      throw new Error(`not a log line of a container: ${line.toString('utf8', 0, 100)}`);
    const { stream, timestamps } = this.#options;
    if (stream !== 'All' && line.toString('latin1', timeEnd + 1, streamEnd) !== stream.toLowerCase()) return;
    if (this.#sinceMs !== undefined) {
      if (Date.parse(line.toString('latin1', 0, timeEnd)) < this.#sinceMs) return;
      this.#sinceMs = undefined; // time goes on
    }
    const partial = line[streamEnd + 1] === partialTag;
    if (timestamps && !this.#inLine) shown.push(line.subarray(0, timeEnd + 1));
    if (tagEnd >= 0) shown.push(line.subarray(tagEnd + 1));
    if (!partial) shown.push(lineEnd);
    this.#inLine = partial;
  }

  #cut(bytes: Buffer): Buffer {
    const cut = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#left -= cut.length;
    return cut;
  }
}

const [newline, space, partialTag] = [0x0a, 0x20, 0x50];
const lineEnd = Buffer.from('\n');
const mostLineBytes = 16 * 1024 * 1024;
