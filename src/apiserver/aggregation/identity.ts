import type { OutgoingHttpHeaders } from 'node:http';
import { headerOfText } from '../../base/header-text.ts';
import type { UserInfo } from '../contract.ts';

/** Characters of a header's name (RFC 9110); others, and `%`, are percent-encoded in keys, as upstream does. */
const plain = /[!#$&'*+\-.^_`|~0-9A-Za-z]/;

function escapeKey(key: string): string {
  let escaped = '';
  for (const byte of Buffer.from(key)) {
    const character = String.fromCharCode(byte);
    escaped += plain.test(character) ? character : `%${byte.toString(16).padStart(2, '0').toUpperCase()}`;
  }
  return escaped;
}

/** How a front proxy tells an API server who asks (request-header authentication). */
export function identityHeaders({ name, uid, groups, extra = {} }: UserInfo): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'X-Remote-User': headerOfText(name) };
  if (uid) headers['X-Remote-Uid'] = headerOfText(uid);
  if (groups.length > 0) headers['X-Remote-Group'] = groups.map(headerOfText);
  for (const [key, values] of Object.entries(extra))
    headers[`X-Remote-Extra-${escapeKey(key)}`] = values.map(headerOfText);
  return headers;
}
