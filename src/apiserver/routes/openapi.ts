import type { ApiRequest } from '../http/api-request.ts';
import { type CachedDocument, sendDocument } from '../http/documents.ts';
import { sendText } from '../http/respond.ts';
import type { OpenApiDocuments, RemoteDocuments } from '../openapi/openapi.ts';
import type { PathRoute } from './paths.ts';

/** `/openapi/v2` and `/openapi/v3/…`. `remotes` are the documents of other servers. Default: none. */
export function openApiRoutes(documents: OpenApiDocuments, remotes?: RemoteDocuments): readonly PathRoute[] {
  const send = (request: ApiRequest, document: CachedDocument | undefined) =>
    document ? sendDocument(request, document) : sendText(request, 404, '404 page not found\n');
  return [
    {
      path: '/openapi/v2',
      async handler(request) {
        const { accept = '' } = request.exchange.headers;
        const specs = await remotes?.v2();
        return send(request, accept.includes('proto-openapi') ? documents.v2Proto(specs) : documents.v2(specs));
      },
    },
    {
      path: '/openapi/v3/*',
      async handler(request) {
        const name = request.info.path.slice('/openapi/v3'.length).replaceAll(/^\/|\/$/g, '');
        if (name === '') return send(request, documents.v3Index(await remotes?.v3Index()));
        const own = documents.v3(name);
        return own ? sendOwn(request, name, own) : send(request, await remotes?.v3(name));
      },
    },
  ];
}

/** An address with a hash stands for one content: who asks for an older one is sent on to the present one. */
function sendOwn(request: ApiRequest, name: string, document: CachedDocument): Promise<void> | void {
  const hash = document.etag.replaceAll('"', '');
  const asked = request.query.get('hash');
  if (asked === undefined || asked === hash) return sendDocument(request, document, { immutable: asked !== undefined });
  const headers = request.headers('text/plain; charset=utf-8');
  request.exchange.send(301, { ...headers, location: `/openapi/v3/${name}?hash=${hash}` });
}
