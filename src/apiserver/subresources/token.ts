import { serviceAccount } from '../../api/core/service-account.ts';
import type { KubeObject, ObjectRef } from '../../api/object.ts';
import type { TokenRequest } from '../../api/schema/generated/types/authentication-v1.ts';
import { badRequest } from '../../api/status.ts';
import type { TokenRequestHandler } from '../authentication/token-request.ts';
import type { Registry, RequestContext } from '../contract.ts';
import { outputFormat } from '../http/negotiate.ts';
import { sendObject } from '../http/respond.ts';
import { writeContext } from '../http/write-context.ts';
import { readTyped } from '../routes/decode.ts';
import type { ResourceHandler } from '../routes/router.ts';
import { tokenRequestBody } from './bodies.ts';

/** POST serviceaccounts/{name}/token. */
export function tokenHandler(registry: Registry, answer: TokenRequestHandler): ResourceHandler {
  return async (request) => {
    const { namespace, name } = request.info;
    const { encoding } = outputFormat(request.exchange.headers.accept);
    const context = writeContext(request, 'CreateOptions');
    const wanted = await readTyped(request, tokenRequestBody, context);
    if (wanted.metadata?.name && wanted.metadata.name !== name)
      throw badRequest(`the name of the object (${wanted.metadata.name}) does not match the name on the URL (${name})`);
    const admitted = await admitToken(registry, { namespace, name }, wanted, context);
    await sendObject(request, 201, await answer({ namespace, name }, admitted, request.user), encoding);
  };
}

/** Throws what a plugin throws. */
export function admitToken(
  registry: Registry,
  ref: ObjectRef,
  wanted: TokenRequest,
  context: RequestContext,
): Promise<TokenRequest> {
  const object = { ...wanted, metadata: { ...ref, ...wanted.metadata } } as TokenRequest & KubeObject;
  const create = { operation: 'CREATE', body: tokenRequestBody, object } as const;
  return registry.admit(serviceAccount, { ...ref, subresource: 'token' }, create, context);
}
