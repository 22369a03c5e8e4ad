import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { APIService } from '../../api/schema/generated/types/apiregistration-v1.ts';
import type { Service } from '../../api/schema/generated/types/core-v1.ts';
import type { EndpointSlice } from '../../api/schema/generated/types/discovery-v1.ts';
import { errorCode } from '../../base/errors.ts';
import type { View } from '../../client/client.ts';
import type { UserInfo } from '../contract.ts';
import type { NodeConnection } from '../proxy/node-connection.ts';
import { connectTarget, failureText, TlsAgent, type TlsTarget } from '../proxy/tls-agent.ts';
import { readyEndpoint } from '../webhook-client/service-endpoint.ts';
import { identityHeaders } from './identity.ts';

/** The certificate with which this server tells others who asks. PEM. */
export interface ProxyCredentials {
  readonly cert: string;
  readonly key: string;
}

export interface RemoteServersOptions {
  readonly services: View<Service>;
  readonly slices: View<EndpointSlice>;
  readonly connection: NodeConnection;
  /** Read for each connection, so that a renewed certificate counts. */
  readonly credentials: () => ProxyCredentials;
}

export interface Fetched {
  readonly status: number;
  readonly contentType: string;
  readonly etag: string;
  readonly body: Buffer;
}

export interface RemoteRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Who asks. */
  readonly user: UserInfo;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

class StaleConnection extends Error {}

/** Upstream's user for what the aggregator itself asks: it may see everything. */
const aggregator: UserInfo = { name: 'system:kube-aggregator', groups: ['system:masters'] };
const fetchMs = 5000;
const mostBytes = 8 * 1024 * 1024;
/** Servers whose connections are kept. */
const mostAgents = 64;

/** Speaks to the servers behind APIServices. */
export class RemoteServers {
  readonly #options: RemoteServersOptions;
  readonly #agents = new Map<string, TlsAgent>();

  constructor(options: RemoteServersOptions) {
    this.#options = options;
  }

  /** A connection of its own, for a request that is passed on. Rejects with Error. */
  connect(service: APIService, signal: AbortSignal): Promise<TLSSocket> {
    return connectTarget(this.#target(service), this.#options.connection, signal);
  }

  /** What the server says at a path, to this server itself. Rejects with Error, after 5 s at the latest. */
  async fetch(
    service: APIService,
    path: string,
    { accept = 'application/json', etag }: { readonly accept?: string; readonly etag?: string } = {},
  ): Promise<Fetched> {
    const headers = { Accept: accept, 'User-Agent': 'kube-aggregator', ...(etag && { 'If-None-Match': etag }) };
    const signal = AbortSignal.timeout(fetchMs);
    try {
      return await fetched(await this.send(service, { method: 'GET', path, headers, user: aggregator, signal }));
    } catch (error) {
      const target = this.#target(service);
      const { port = 443 } = service.spec?.service ?? {};
      const url = `https://${target.servername}:${port}${path}`;
      throw new Error(`Get ${JSON.stringify(url)}: ${failureText(error, target, signal.aborted)}`, { cause: error });
    }
  }

  /** A request of this server's own, over kept connections. The answer must be read to its end. Rejects with Error. */
  async send(service: APIService, request: RemoteRequest): Promise<IncomingMessage> {
    try {
      return await this.#sendOnce(service, request);
    } catch (error) {
      // A kept connection may have been closed by the other side just then.
      if (!(error instanceof StaleConnection) || request.method !== 'GET') throw error;
      return this.#sendOnce(service, request);
    }
  }

  #sendOnce(
    service: APIService,
    { method, path, headers, user, body, signal }: RemoteRequest,
  ): Promise<IncomingMessage> {
    const { servername } = this.#target(service);
    const all = { ...headers, ...identityHeaders(user) };
    return new Promise((resolve, reject) => {
      const options = { method, headers: all, agent: this.agent(service), signal };
      const request = httpsRequest(`https://${servername}${path}`, options);
      request.once('error', (error) => {
        const isStale = request.reusedSocket && errorCode(error) === 'ECONNRESET';
        reject(isStale ? new StaleConnection(error.message, { cause: error }) : error);
      });
      request.once('response', resolve);
      request.end(body);
    });
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  /** Keeps connections to the server for a while. */
  agent(service: APIService): TlsAgent {
    const { service: reference, caBundle = '', insecureSkipTLSVerify = false } = service.spec ?? {};
    const { namespace, name, port } = reference ?? {};
    const { cert } = this.#options.credentials();
    const key = JSON.stringify([namespace, name, port, caBundle, insecureSkipTLSVerify, cert]);
    let agent = this.#agents.get(key);
    if (!agent) {
      agent = new TlsAgent(this.#target(service), this.#options.connection);
      this.#agents.set(key, agent);
      for (const [oldest, unused] of this.#agents) {
        if (this.#agents.size <= mostAgents) break;
        this.#agents.delete(oldest);
        unused.destroy();
      }
    }
    return agent;
  }

  #target({ spec }: APIService): TlsTarget {
    const { namespace = '', name = '', port = 443 } = spec?.service ?? {};
    const { cert, key } = this.#options.credentials();
    return {
      servername: `${name}.${namespace}.svc`,
      tls: {
        cert,
        key,
        ...(spec?.caBundle && { ca: Buffer.from(spec.caBundle, 'base64').toString() }),
        ...(spec?.insecureSkipTLSVerify && { rejectUnauthorized: false }),
      },
      endpoint: () => readyEndpoint(this.#options, { namespace, name, port }),
    };
  }
}

async function fetched(response: IncomingMessage): Promise<Fetched> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) throw new Error(`the answer is larger than ${mostBytes} bytes`);
    chunks.push(chunk as Buffer);
  }
  const { 'content-type': contentType = '', etag = '' } = response.headers;
  return { status: response.statusCode ?? 0, contentType, etag, body: Buffer.concat(chunks) };
}
