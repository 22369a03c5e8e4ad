import { gzipSync } from 'node:zlib';
import type { Kind } from '../../api/kind.ts';
import type { Handler } from '../http/api-request.ts';
import { type CompressedDocument, etagOf, sendCompressed } from '../http/documents.ts';
import { sendText } from '../http/respond.ts';
import type { Descriptions } from '../openapi/descriptions.ts';
import { openApiV2, openApiV3Document, openApiV3Hash, openApiV3Index } from '../openapi/documents.ts';
import type { PathRoute } from './paths.ts';

export interface OpenApiOptions {
  readonly kinds: () => readonly Kind[];
  /** The server's version; stands for the built-in schemas in hashes. */
  readonly release: string;
  /** Default: documents without prose. */
  readonly descriptions?: Descriptions;
}

/** `/openapi/v2` and `/openapi/v3/…`. Documents are made when first asked for, and kept compressed. */
export function openApiRoutes({ kinds, release, descriptions }: OpenApiOptions): readonly PathRoute[] {
  const prose = descriptions ? { descriptions } : {};
  let current: readonly Kind[] | undefined;
  let made = new Map<string, CompressedDocument>();
  const cached = (name: string, make: (kinds: readonly Kind[]) => unknown): CompressedDocument | undefined => {
    const now = kinds();
    if (now !== current) {
      current = now;
      made = new Map();
    }
    const known = made.get(name);
    if (known) return known;
    const value = make(now);
    if (value === undefined) return undefined;
    const body = Buffer.from(JSON.stringify(value));
    const etag = name.includes('/') || name === 'version' ? `"${openApiV3Hash(now, name, release)}"` : etagOf(body);
    const document = { gzip: gzipSync(body), etag, contentType: 'application/json' };
    made.set(name, document);
    return document;
  };
  const send = (document: CompressedDocument | undefined): Handler => {
    return (request) => (document ? sendCompressed(request, document) : sendText(request, 404, '404 page not found\n'));
  };
  return [
    { path: '/openapi/v2', handler: (request) => send(cached('v2', (all) => openApiV2(all, prose)))(request) },
    {
      path: '/openapi/v3/*',
      handler(request) {
        const name = request.info.path.slice('/openapi/v3'.length).replaceAll(/^\/|\/$/g, '');
        const document =
          name === ''
            ? cached('v3', (all) => openApiV3Index(all, release))
            : cached(name, (all) => openApiV3Document(all, name, prose));
        return send(document)(request);
      },
    },
  ];
}
