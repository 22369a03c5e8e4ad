import type { Handler } from '../http/api-request.ts';
import { type CachedDocument, sendDocument } from '../http/documents.ts';
import { sendText } from '../http/respond.ts';
import type { PathRoute } from './paths.ts';

/** The API's description, made by `apiserver/openapi`. Documents are made when first asked for. */
export interface OpenApi {
  v2(): CachedDocument;
  /** The index of `/openapi/v3`. */
  v3Index(): CachedDocument;
  /** `api/v1`, `apis/apps/v1`; undefined: there is none. */
  v3(groupVersion: string): CachedDocument | undefined;
}

export function openApiRoutes(openApi: OpenApi): readonly PathRoute[] {
  const v3: Handler = (request) => {
    const groupVersion = request.info.path.slice('/openapi/v3'.length).replaceAll(/^\/|\/$/g, '');
    const document = groupVersion === '' ? openApi.v3Index() : openApi.v3(groupVersion);
    if (!document) return sendText(request, 404, '404 page not found\n');
    return sendDocument(request, document);
  };
  return [
    { path: '/openapi/v2', handler: (request) => sendDocument(request, openApi.v2()) },
    { path: '/openapi/v3/*', handler: v3 },
  ];
}
