import { node as nodeKind } from '../../api/core/node.ts';
import { pod as podKind } from '../../api/core/pod.ts';
import { badRequest } from '../../api/status.ts';
import { type ApiRequest, readContext } from '../http/api-request.ts';
import { agentEndpoint, parseProxyName, podEndpoint, serviceEndpoint } from '../proxy/backends.ts';
import { forward } from '../proxy/forward.ts';
import { connectKubelet, connectPlain, connectSecure, type Endpoint } from '../proxy/node-connection.ts';
import type { ResourceHandler } from '../routes/router.ts';
import type { NodeAccess } from './connect.ts';
import { admitConnect, type ConnectValues, proxiedPath } from './connect-options.ts';

/** `nodes/{name[:port]}/proxy/…`: the node agent's own API, or another port of the node. */
export function nodeProxyHandler(access: NodeAccess): ResourceHandler {
  return async (request, kind) => {
    const path = backendPath(request, await admitConnect(access.registry, request, kind));
    const { scheme, name, port } = parseProxyName(request.info.name);
    const { object: node } = await access.registry.get(nodeKind, { name }, readContext(request));
    const agent = agentEndpoint(node);
    if (port !== '' && Number(port) !== agent.port) {
      const number = Number(port);
      if (!Number.isInteger(number) || number < 1 || number > 65_535)
        throw badRequest(`invalid port ${JSON.stringify(port)} of node ${JSON.stringify(name)}`);
      return toBackend(access, request, { endpoint: { ...agent, port: number }, scheme, path });
    }
    const credentials = access.credentials();
    const socket = await connectKubelet(access.connection, agent, { credentials, signal: request.signal });
    await forward(request, { socket, path, host: `${agent.host}:${agent.port}` });
  };
}

/** `pods/{[scheme:]name[:port]}/proxy/…`: a port of the pod. */
export function podProxyHandler(access: NodeAccess): ResourceHandler {
  return async (request, kind) => {
    const path = backendPath(request, await admitConnect(access.registry, request, kind));
    const { scheme, name, port } = parseProxyName(request.info.name);
    const { namespace } = request.info;
    const { object: pod } = await access.registry.get(podKind, { namespace, name }, readContext(request));
    await toBackend(access, request, { endpoint: podEndpoint(pod, port), scheme, path });
  };
}

/** `services/{[scheme:]name[:port]}/proxy/…`: a ready endpoint of the service. */
export function serviceProxyHandler(access: NodeAccess): ResourceHandler {
  return async (request, kind) => {
    const path = backendPath(request, await admitConnect(access.registry, request, kind));
    const { scheme, name, port } = parseProxyName(request.info.name);
    const { namespace } = request.info;
    const endpoint = await serviceEndpoint(access.registry, { namespace, name, port }, readContext(request));
    await toBackend(access, request, { endpoint, scheme, path });
  };
}

async function toBackend(
  access: NodeAccess,
  request: ApiRequest,
  { endpoint, scheme, path }: { readonly endpoint: Endpoint; readonly scheme: 'http' | 'https'; readonly path: string },
): Promise<void> {
  const connect = scheme === 'https' ? connectSecure : connectPlain;
  const socket = await connect(access.connection, endpoint, request.signal);
  await forward(request, { socket, path, host: `${endpoint.host}:${endpoint.port}` });
}

/** What stands behind `/proxy`, as it came (still percent-encoded) unless the admission chain chose another path, with the query. */
function backendPath(request: ApiRequest, { path = '' }: ConnectValues): string {
  const { exchange } = request;
  const chosen = path === (proxiedPath(request) ?? '') ? rawPath(request) : encodedPath(path);
  return exchange.query ? `${chosen}?${exchange.query}` : chosen;
}

function rawPath({ exchange, info }: ApiRequest): string {
  const marker = `/${info.subresource}`;
  // The name cannot hold a slash, so the first `/proxy` behind it is the subresource.
  const nameAt = exchange.path.indexOf(`/${info.resource}/`) + info.resource.length + 2;
  const at = exchange.path.indexOf(marker, nameAt);
  return exchange.path.slice(at + marker.length) || '/';
}

function encodedPath(path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}
