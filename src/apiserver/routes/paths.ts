import { ApiError } from '../../api/status.ts';
import type { ApiRequest, Handler } from '../http/api-request.ts';
import { sendObject, sendText } from '../http/respond.ts';

/** A path that is not a resource. */
export interface PathRoute {
  /** `/version`; with `/*` at the end, everything below as well. */
  readonly path: string;
  readonly handler: Handler;
}

/** Finds the handler of a path; `/` lists all paths, as upstream's index does. */
export function createPathRouter(routes: readonly PathRoute[], listed: () => readonly string[]): Handler {
  const exact = new Map<string, Handler>();
  const below: PathRoute[] = [];
  for (const { path, handler } of routes) {
    if (path.endsWith('/*')) {
      const base = path.slice(0, -2);
      exact.set(base, handler);
      below.push({ path: `${base}/`, handler });
    } else exact.set(path, handler);
  }
  const index = (request: ApiRequest) => {
    const paths = [...exact.keys(), ...listed()].filter((path) => path !== '').sort();
    return sendObject(request, 200, { paths: [...new Set(paths)] });
  };
  return (request) => {
    const { path } = request.info;
    const { method } = request.exchange;
    const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    const handler =
      trimmed === '/' ? index : (exact.get(trimmed) ?? below.find((route) => path.startsWith(route.path))?.handler);
    if (!handler) {
      sendText(request, 404, '404 page not found\n');
      return;
    }
    if (method !== 'GET' && method !== 'HEAD')
      throw new ApiError('MethodNotAllowed', `the path ${path} allows GET and HEAD only, not ${method}`);
    return handler(request);
  };
}
