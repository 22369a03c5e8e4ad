import type { ApiRequest } from '../http/api-request.ts';
import { sendObject } from '../http/respond.ts';

/** `Success` without content, as upstream answers what makes no object. */
export function sendSuccess(request: ApiRequest, code = 201): Promise<void> {
  return sendObject(request, code, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code });
}
