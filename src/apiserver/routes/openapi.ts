import type { Handler } from '../http/api-request.ts';
import { type CachedDocument, sendDocument } from '../http/documents.ts';
import { sendText } from '../http/respond.ts';
import type { OpenApiDocuments } from '../openapi/openapi.ts';
import type { PathRoute } from './paths.ts';

/** `/openapi/v2` and `/openapi/v3/…`. */
export function openApiRoutes(documents: OpenApiDocuments): readonly PathRoute[] {
  const send = (document: CachedDocument | undefined): Handler => {
    return (request) => (document ? sendDocument(request, document) : sendText(request, 404, '404 page not found\n'));
  };
  return [
    {
      path: '/openapi/v2',
      handler(request) {
        const { accept = '' } = request.exchange.headers;
        return send(accept.includes('proto-openapi') ? documents.v2Proto() : documents.v2())(request);
      },
    },
    {
      path: '/openapi/v3/*',
      handler(request) {
        const name = request.info.path.slice('/openapi/v3'.length).replaceAll(/^\/|\/$/g, '');
        return send(name === '' ? documents.v3Index() : documents.v3(name))(request);
      },
    },
  ];
}
