import type { Cidr } from '../../base/cidr.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../client/client.ts';
import { clusterNames, namesReady } from './cluster-names.ts';
import { createForwarder } from './forward.ts';
import { createResponder } from './responder.ts';
import { createDnsServer } from './server.ts';

export interface ClusterDnsOptions {
  readonly client: Client;
  readonly domain: string;
  /** Of pods and Services: their reverse names are the cluster's. */
  readonly cidrs: readonly Cidr[];
  /** Resolvers for everything else. */
  readonly upstreams: readonly string[];
  /** Default: 53. */
  readonly port?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The cluster's DNS on one node. */
export interface ClusterDns {
  start(signal: AbortSignal): Promise<void>;
  /** Answers on this address from now on; before `start` it waits. */
  listen(address: string): Promise<void>;
  stop(): Promise<void>;
}

export function createClusterDns(options: ClusterDnsOptions): ClusterDns {
  const { client, clock, log, domain, cidrs } = options;
  const respond = createResponder({
    names: clusterNames(client, { domain, cidrs }),
    forwarder: createForwarder({ upstreams: options.upstreams }),
    clock,
    log,
  });
  const server = createDnsServer({ respond, port: options.port ?? 53, log });
  return {
    start: (signal) => namesReady(client, signal),
    listen: (address) => server.listen(address),
    stop: () => server.stop(),
  };
}
