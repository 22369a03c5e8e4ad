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
import { escapedPath, type GoUrl, hostAndPort, parseRequestUri, queryOf } from './go-url.ts';

const { BOOL, STRING } = CelScalar;
const url = opaque('URL');
const nothing: GoUrl = { scheme: '', host: '', path: '', query: '' };
const urlOf = (value: CelValue) => parseRequestUri(url.textOf(value)) ?? nothing;
const part = (name: string, of: (parsed: GoUrl) => string) =>
  celMethod(name, url.type, [], STRING, function () {
    return of(urlOf(this));
  });

export const urls: readonly CelFunc[] = [
  celFunc('url', [STRING], url.type, (text) => {
    if (!parseRequestUri(text))
      throw new Error(`URL parse error during conversion from string: ${JSON.stringify(text)}`);
    return url.of(text);
  }),
  celFunc('isURL', [STRING], BOOL, (text) => parseRequestUri(text) !== undefined),
  part('getScheme', ({ scheme }) => scheme),
  part('getHost', ({ host }) => host),
  part('getHostname', (parsed) => hostAndPort(parsed).hostname),
  part('getPort', (parsed) => hostAndPort(parsed).port),
  celMethod('getQuery', url.type, [], mapType(STRING, listType(STRING)), function () {
    return queryOf(urlOf(this)) as unknown as CelInput<
      ReturnType<typeof mapType<typeof STRING, ReturnType<typeof listType<typeof STRING>>>>
    >;
  }),
  part('getEscapedPath', escapedPath),
];
