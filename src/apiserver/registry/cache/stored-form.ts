import type { Kind } from '../../../api/kind.ts';
import type { KubeObject } from '../../../api/object.ts';

type TypeMeta = Pick<Kind, 'kind' | 'apiVersion'>;

/**
 * How an object lies in the store: its JSON without the resourceVersion, which only the store knows. Every stored value
 * begins with the same bytes, so the served form is made by putting `"resourceVersion":"N",` behind them.
 */
export function storedHead(kind: TypeMeta): string {
  return `{"kind":${JSON.stringify(kind.kind)},"apiVersion":${JSON.stringify(kind.apiVersion)},"metadata":{`;
}

const metadata = Buffer.from(',"metadata":{');

/** With what a stored value begins, whatever version it was stored in; neither kind nor version can hold these characters. */
export function headOf(stored: Uint8Array): Buffer {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  return bytes.subarray(0, bytes.indexOf(metadata) + metadata.length);
}

/** The bytes to store. */
export function encodeStored(kind: TypeMeta, object: KubeObject): Buffer {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _resourceVersion, ...meta } = metadata;
  const body = JSON.stringify(rest);
  const text = `${storedHead(kind)}${JSON.stringify(meta).slice(1)}${body === '{}' ? '}' : `,${body.slice(1)}`}`;
  return Buffer.from(text);
}

/** The served bytes of a stored value, in a buffer of their own (never a slice of a pool, which would be held with it). */
export function servedForm(head: Buffer, stored: Uint8Array, revision: number): Buffer {
  const at = head.length;
  const empty = stored[at] === 0x7d; // metadata is {}
  const version = Buffer.from(`"resourceVersion":"${revision}"${empty ? '' : ','}`);
  const served = Buffer.allocUnsafeSlow(stored.byteLength + version.length);
  served.set(stored.subarray(0, at), 0);
  served.set(version, at);
  served.set(stored.subarray(at), at + version.length);
  return served;
}

/** The same object's served bytes at another revision. */
export function atRevision(head: Buffer, served: Buffer, from: number, to: number): Buffer {
  const at = head.length;
  const rest = served.subarray(at + `"resourceVersion":"${from}"`.length);
  const version = Buffer.from(`"resourceVersion":"${to}"`);
  const result = Buffer.allocUnsafeSlow(at + version.length + rest.length);
  result.set(served.subarray(0, at), 0);
  result.set(version, at);
  result.set(rest, at + version.length);
  return result;
}
