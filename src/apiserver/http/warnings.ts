/** Warnings of one answer; more than a client would read are dropped, as upstream drops them (by length). */
const mostBytes = 4096;

/** What an answer, good or bad, tells its reader beside what was asked. */
export class Warnings {
  #texts: string[] | undefined;
  #bytes = 0;

  /** Each text is told once. */
  add(text: string): void {
    if (text === '' || this.#texts?.includes(text)) return;
    this.#bytes += text.length;
    if (this.#bytes > mostBytes) return;
    this.#texts ??= [];
    this.#texts.push(text);
  }

  /** The value of the `Warning` header; undefined when there is nothing to say. */
  get header(): string | undefined {
    return this.#texts?.map(warningValue).join(', ');
  }
}

/** RFC 7234, section 5.5, code 299: a quoted string without control or non-ASCII characters. */
function warningValue(text: string): string {
  const clean = text.replaceAll(/[^\x20-\x7e]+/g, ' ').replaceAll(/["\\]/g, '\\$&');
  return `299 - "${clean}"`;
}
