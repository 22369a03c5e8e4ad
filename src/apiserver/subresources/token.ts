import { badRequest } from '../../api/status.ts';
import type { TokenRequestHandler } from '../authentication/token-request.ts';
import { sendObject } from '../http/respond.ts';
import { writeContext } from '../http/write-context.ts';
import { readTyped } from '../routes/decode.ts';
import type { ResourceHandler } from '../routes/router.ts';
import { tokenRequestBody } from './bodies.ts';

/** POST serviceaccounts/{name}/token. */
export function tokenHandler(answer: TokenRequestHandler): ResourceHandler {
  return async (request) => {
    const { namespace, name } = request.info;
    const context = writeContext(request, 'CreateOptions');
    const wanted = await readTyped(request, tokenRequestBody, context);
    if (wanted.metadata?.name && wanted.metadata.name !== name)
      throw badRequest(`the name of the object (${wanted.metadata.name}) does not match the name on the URL (${name})`);
    await sendObject(request, 201, await answer({ namespace, name }, wanted, request.user));
  };
}
