/** Headers carry UTF-8 among Kubernetes' servers and clients; Node takes each byte of a header for one character. */

/** A header's value as its sender meant it. Bytes that are no UTF-8 stay what Node makes of them. */
export function textOfHeader(value: string): string {
  const text = Buffer.from(value, 'latin1').toString('utf8');
  return text.includes('\uFFFD') ? value : text;
}

/** A text as the value of a header. */
export function headerOfText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
