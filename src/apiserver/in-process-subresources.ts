import { pod } from '../api/core/pod.ts';
import { serviceAccount } from '../api/core/service-account.ts';
import type { TokenRequest } from '../api/schema/generated/types/authentication-v1.ts';
import type { Binding } from '../api/schema/generated/types/core-v1.ts';
import type { Eviction } from '../api/schema/generated/types/policy-v1.ts';
import { ApiError } from '../api/status.ts';
import type { Clock } from '../base/clock.ts';
import type { DeleteOptions } from '../client/client.ts';
import type { TokenRequestHandler } from './authentication/token-request.ts';
import type { Registry } from './contract.ts';
import type { SubresourceHandler } from './in-process-client.ts';
import { assign } from './subresources/binding.ts';
import { admitEviction, evict } from './subresources/eviction.ts';
import { admitToken } from './subresources/token.ts';

/** POSTs to subresources by components of this process: what controllers, scheduler and node agent need. Others are refused by name. */
export function inProcessSubresources(options: {
  readonly registry: Registry;
  readonly tokenRequest: TokenRequestHandler;
  readonly clock: Clock;
}): SubresourceHandler {
  const { registry, tokenRequest, clock } = options;
  return async (kind, target, body, context) => {
    if (kind.plural === pod.plural && target.subresource === 'binding') {
      const { subresource: _, ...ref } = target;
      await assign({ registry, clock }, ref, body as unknown as Binding, context);
      return undefined;
    }
    if (kind.plural === pod.plural && target.subresource === 'eviction') {
      const { deleteOptions = {} } = body as unknown as { readonly deleteOptions?: DeleteOptions };
      await admitEviction(registry, target, body as unknown as Eviction, context);
      await evict({ registry, clock }, target, deleteOptions, context);
      return undefined;
    }
    if (kind.plural === serviceAccount.plural && target.subresource === 'token')
      return tokenRequest(
        target,
        await admitToken(registry, target, body as unknown as TokenRequest, context),
        context.user,
      );
    throw new ApiError(
      'MethodNotAllowed',
      `cannot create ${kind.plural}/${target.subresource} from inside the server: not supported`,
    );
  };
}
