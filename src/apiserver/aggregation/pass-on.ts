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
  const { exchange, info, signal, user } = request;
  let socket: Awaited<ReturnType<RemoteServers['connect']>>;
  try {
    socket = await servers.connect(service, signal);
  } catch (error) {
    signal.throwIfAborted();
    sendText(request, 503, `error trying to reach service: ${toError(error).message}\n`);
    return;
  }
  const { name = '', namespace = '', port = 443 } = service.spec?.service ?? {};
  // What was authorized, and nothing else: an encoded slash does not become another path there.
  const path = info.path.split('/').map(encodeURIComponent).join('/');
  const peer = exchange.socket.remoteAddress;
  await forward(request, {
    socket,
    path: exchange.query ? `${path}?${exchange.query}` : path,
    host: `${name}.${namespace}.svc:${port}`,
    headers: { ...identityHeaders(user), 'Audit-ID': request.auditId, ...(peer && { 'X-Forwarded-For': peer }) },
  });
}
