import type { TokenRequestHandler } from '../authentication/token-request.ts';
import type { ObjectRoutes } from '../routes/objects.ts';
import type { ResourceHandler } from '../routes/router.ts';
import { bindingHandler } from './binding.ts';
import { logHandler, type NodeAccess, portForwardHandler, streamHandler } from './connect.ts';
import { evictionHandler } from './eviction.ts';
import { nodeProxyHandler, podProxyHandler, serviceProxyHandler } from './proxies.ts';
import { scaleHandler } from './scale.ts';
import { tokenHandler } from './token.ts';

/** Subresources that are more than reading and writing through the registry. A new one is a file and a line here. */
export function subresourceHandlers({
  objects,
  access,
  tokenRequest,
}: {
  readonly objects: ObjectRoutes;
  readonly access: NodeAccess;
  readonly tokenRequest: TokenRequestHandler;
}): ReadonlyMap<string, ResourceHandler> {
  return new Map<string, ResourceHandler>([
    ['*/scale', scaleHandler(objects)],
    ['/nodes/proxy', nodeProxyHandler(access)],
    ['/pods/attach', streamHandler(access, 'attach')],
    ['/pods/binding', bindingHandler(objects)],
    ['/pods/eviction', evictionHandler(objects)],
    ['/pods/exec', streamHandler(access, 'exec')],
    ['/pods/log', logHandler(access)],
    ['/pods/portforward', portForwardHandler(access)],
    ['/pods/proxy', podProxyHandler(access)],
    ['/serviceaccounts/token', tokenHandler(objects.registry, tokenRequest)],
    ['/services/proxy', serviceProxyHandler(access)],
  ]);
}
