import {
  type CelFunc,
  type CelInput,
  CelScalar,
  type CelValue,
  celFunc,
  celMethod,
  listType,
  mapType,
} from '@bufbuild/cel';
import { opaque } from '../opaque.ts';

const { BOOL, STRING } = CelScalar;
const url = opaque('URL');
/** As Go's `url.ParseRequestURI`: absolute, or a path. */
function parseUrl(text: string): URL | undefined {
  if (/[\s\p{Cc}]/u.test(text)) return undefined;
  return URL.parse(text) ?? (text.startsWith('/') ? (URL.parse(text, 'path://x') ?? undefined) : undefined);
}
const urlOf = (value: CelValue) => parseUrl(url.textOf(value)) ?? new URL('path://x');
const part = (name: string, of: (parsed: URL) => string) =>
  celMethod(name, url.type, [], STRING, function () {
    const parsed = urlOf(this);
    return parsed.protocol === 'path:' && !name.includes('Path') ? '' : of(parsed);
  });

export const urls: readonly CelFunc[] = [
  celFunc('url', [STRING], url.type, (text) => {
    if (!parseUrl(text)) throw new Error(`URL parse error during conversion from string: ${JSON.stringify(text)}`);
    return url.of(text);
  }),
  celFunc('isURL', [STRING], BOOL, (text) => parseUrl(text) !== undefined),
  part('getScheme', ({ protocol }) => protocol.slice(0, -1)),
  part('getHost', ({ host }) => host),
  part('getHostname', ({ hostname }) => hostname.replace(/^\[|\]$/g, '')),
  part('getPort', ({ port }) => port),
  celMethod('getQuery', url.type, [], mapType(STRING, listType(STRING)), function () {
    const query = urlOf(this).searchParams;
    const values = [...new Set(query.keys())].map((key): [string, string[]] => [key, query.getAll(key)]);
    return new Map(values) as unknown as CelInput<
      ReturnType<typeof mapType<typeof STRING, ReturnType<typeof listType<typeof STRING>>>>
    >;
  }),
  part('getEscapedPath', ({ pathname }) => pathname),
];
