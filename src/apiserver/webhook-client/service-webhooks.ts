import { service } from '../../api/core/service.ts';
import { endpointSlice } from '../../api/discovery/endpoint-slice.ts';
import type { Client } from '../../client/client.ts';
import type { NodeConnection } from '../proxy/node-connection.ts';
import { type CallWebhook, webhookCaller } from './caller.ts';
import { readyEndpoint } from './service-endpoint.ts';

/** Calls webhooks by URL, or at a ready endpoint of the Service that they name. */
export function serviceWebhooks(client: Client, connection?: NodeConnection): CallWebhook {
  const services = { services: client.view(service), slices: client.view(endpointSlice) };
  return webhookCaller({
    endpointOf: (target) => readyEndpoint(services, target),
    ...(connection && { connection }),
  });
}
