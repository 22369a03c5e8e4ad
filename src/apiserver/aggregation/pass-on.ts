import type { APIService } from '../../api/schema/generated/types/apiregistration-v1.ts';
import { toError } from '../../base/errors.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { sendText } from '../http/respond.ts';
import { forward } from '../proxy/forward.ts';
import { identityHeaders } from './identity.ts';
import type { RemoteServers } from './remote-server.ts';

/** As upstream: text, no Status. */
export function unavailable(request: ApiRequest): void {
  sendText(request, 503, 'service unavailable\n');
}

/** Sends a request to the server of an APIService, with who asks; the answer, a watch or an upgrade comes back as it is. */
export async function passOn(servers: RemoteServers, request: ApiRequest, service: APIService): Promise<void> {
  const { exchange, info, user } = request;
  const { name = '', namespace = '', port = 443 } = service.spec?.service ?? {};
  // What was authorized, and nothing else: an encoded slash does not become another path there.
  const path = info.path.split('/').map(encodeURIComponent).join('/');
  const peer = exchange.socket.remoteAddress;
  try {
    await forward(request, {
      ...(await wayTo(servers, request, service)),
      path: exchange.query ? `${path}?${exchange.query}` : path,
      host: `${name}.${namespace}.svc:${port}`,
      headers: { ...identityHeaders(user), 'Audit-ID': request.auditId, ...(peer && { 'X-Forwarded-For': peer }) },
    });
  } catch (error) {
    if (exchange.answered || exchange.signal.aborted) throw error;
    sendText(request, 503, `${toError(error).message}\n`);
  }
}

/** A body cannot be sent twice, so it goes over a connection that nobody can have closed; so do upgrades, which keep it. */
async function wayTo(servers: RemoteServers, { exchange, signal }: ApiRequest, service: APIService) {
  const { method, upgrade } = exchange;
  if ((method === 'GET' || method === 'HEAD') && !upgrade) return { agent: servers.agent(service) };
  try {
    return { socket: await servers.connect(service, signal) };
  } catch (error) {
    throw new Error(`error trying to reach service: ${toError(error).message}`, { cause: error });
  }
}
