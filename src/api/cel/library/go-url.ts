/** URLs as Go's `net/url` reads them: parts stay as they were written, where the platform's URL puts them right. */
export interface GoUrl {
  readonly scheme: string;
  /** With its port. */
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

const control = /[^ -~\u{80}-\u{10FFFF}]/u;
const scheme = /^([a-zA-Z][-+.a-zA-Z0-9]*):/;
const userInfo = /^[-._:~!$&'()*+,;=%@A-Za-z0-9]*$/;
const bracketed = /^\[[0-9a-fA-F:.]+(?:%25[^\]]*)?\](?::\d*)?$/;
const plainHost = /^[^[\]\s%^`{|}\\#/?:]*(?::\d*)?$/;

/** As `url.ParseRequestURI`: absolute, or a path. Undefined: it is none. */
export function parseRequestUri(text: string): GoUrl | undefined {
  if (text === '' || control.test(text)) return undefined;
  if (text === '*') return { scheme: '', host: '', path: '*', query: '' };
  const [prefix = '', name = ''] = scheme.exec(text) ?? [];
  const [before = '', ...after] = text.slice(prefix.length).split('?');
  const found = { scheme: name.toLowerCase(), query: after.join('?') };
  // What is opaque has no parts.
  if (!before.startsWith('/')) return name ? { ...found, host: '', path: '' } : undefined;
  if (!name || !before.startsWith('//')) return withPath({ ...found, host: '' }, before);
  const slash = before.indexOf('/', 2);
  const authority = before.slice(2, slash < 0 ? undefined : slash);
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (at >= 0 && !userInfo.test(authority.slice(0, at))) return undefined;
  if (!bracketed.test(host) && !plainHost.test(host)) return undefined;
  return withPath({ ...found, host }, slash < 0 ? '' : before.slice(slash));
}

function withPath(url: Omit<GoUrl, 'path'>, path: string): GoUrl | undefined {
  return /%(?![0-9a-fA-F]{2})/.test(path) ? undefined : { ...url, path };
}

/** The host without its port, and the port. */
export function hostAndPort({ host }: GoUrl): { readonly hostname: string; readonly port: string } {
  const [, hostname = '', port = ''] = /^(.*?)(?::(\d*))?$/.exec(host) ?? [];
  return { hostname: hostname.replace(/^\[|\]$/g, ''), port };
}

/** As it was written where it could be written so; otherwise percent-encoded. */
export function escapedPath({ path }: GoUrl): string {
  if (/^[-._~!$&'()*+,;=:@[\]/%A-Za-z0-9]*$/.test(path)) return path;
  const bytes = Buffer.from(path.replaceAll(/%([0-9a-fA-F]{2})|[^%]+/g, decoded), 'latin1');
  return Array.from(bytes, encoded).join('');
}

function decoded(text: string, hex: string | undefined): string {
  return hex === undefined ? Buffer.from(text).toString('latin1') : String.fromCharCode(Number.parseInt(hex, 16));
}

function encoded(byte: number): string {
  const character = String.fromCharCode(byte);
  if (/[-._~$&+,/:;=@A-Za-z0-9]/.test(character)) return character;
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Values by key; pairs that cannot be read are left out. */
export function queryOf({ query }: GoUrl): ReadonlyMap<string, string[]> {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const at = pair.indexOf('=');
    const key = unescaped(at < 0 ? pair : pair.slice(0, at));
    const value = at < 0 ? '' : unescaped(pair.slice(at + 1));
    if (key === undefined || value === undefined) continue;
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return values;
}

function unescaped(text: string): string | undefined {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return undefined;
  const bytes = text.replaceAll('+', ' ').replaceAll(/%([0-9a-fA-F]{2})|[^%]+/g, decoded);
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
