import type { IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';
import type { WebhookClientConfig } from '../../api/schema/generated/types/admissionregistration-v1.ts';
import { errorCode } from '../../base/errors.ts';
import { directConnection, type Endpoint, type NodeConnection } from '../proxy/node-connection.ts';
import { failureText, TlsAgent } from '../proxy/tls-agent.ts';

/** Sends one review and returns the answer's text. Rejects with an Error worded as upstream's client words it. */
export type CallWebhook = (
  config: WebhookClientConfig,
  body: string,
  limits: { readonly timeoutSeconds: number; readonly signal: AbortSignal | undefined },
) => Promise<string>;

export interface CallerOptions {
  /** A ready endpoint of a service. Throws Error when there is none. */
  readonly endpointOf: (service: {
    readonly namespace: string;
    readonly name: string;
    readonly port: number;
  }) => Endpoint;
  /** Default: straight TCP. */
  readonly connection?: NodeConnection;
}

/** As upstream's client: 206, whatever it may mean here. */
const mostFineStatus = 206;
/** Of an answer; a patch of the largest object fits. */
const maxBytes = 8 * 1024 * 1024;
/** Webhooks whose connections are kept; a cluster has a handful. */
const maxAgents = 64;

/** Calls webhooks over HTTPS and keeps connections to them for a while. */
export function webhookCaller({ endpointOf, connection = directConnection }: CallerOptions): CallWebhook {
  const agents = new Map<string, Agent>();
  const agentOf = (target: Target): Agent => {
    let agent = agents.get(target.key);
    if (!agent) {
      agent = new TlsAgent({ ...target, tls: { ...(target.ca && { ca: target.ca }) } }, connection);
      agents.set(target.key, agent);
      for (const [key, oldest] of agents) {
        if (agents.size <= maxAgents) break;
        agents.delete(key);
        oldest.destroy();
      }
    }
    return agent;
  };
  return async (config, body, { timeoutSeconds, signal }) => {
    const target = targetOf(config, endpointOf);
    const url = new URL(target.url);
    url.searchParams.set('timeout', `${timeoutSeconds}s`);
    const deadline = AbortSignal.timeout(timeoutSeconds * 1000);
    const ends = signal ? AbortSignal.any([signal, deadline]) : deadline;
    const wrap = (error: unknown) =>
      new Error(`Post "${target.url}?timeout=${timeoutSeconds}s": ${failureText(error, target, deadline.aborted)}`, {
        cause: error,
      });
    let answer: Answer;
    try {
      answer = await post(url, body, { agent: agentOf(target), signal: ends });
    } catch (error) {
      // A kept connection may have been closed by the other side just then; a new one tells.
      if (!(error instanceof StaleConnection) || ends.aborted) throw wrap(error);
      answer = await post(url, body, { agent: agentOf(target), signal: ends }).catch((again: unknown) => {
        throw wrap(again);
      });
    }
    if (answer.status >= 200 && answer.status <= mostFineStatus) return answer.text;
    throw new Error(statusText(answer));
  };
}

interface Target {
  readonly key: string;
  readonly url: string;
  readonly servername: string;
  readonly ca: string | undefined;
  /** Asked for each new connection. */
  endpoint(): Endpoint;
}

function targetOf({ url, service, caBundle }: WebhookClientConfig, endpointOf: CallerOptions['endpointOf']): Target {
  const ca = caBundle ? Buffer.from(caBundle, 'base64').toString() : undefined;
  if (service) {
    const { namespace, name, port = 443, path = '' } = service;
    const servername = `${name}.${namespace}.svc`;
    const address = `https://${servername}:${port}/${path.replace(/^\//, '')}`;
    return {
      key: `${servername}:${port} ${ca}`,
      url: address,
      servername,
      ca,
      endpoint: () => endpointOf({ namespace, name, port }),
    };
  }
  const parsed = new URL(url ?? '');
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const endpoint = { host, port: Number(parsed.port || 443) };
  return { key: `${parsed.host} ${ca}`, url: parsed.href, servername: host, ca, endpoint: () => endpoint };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

class StaleConnection extends Error {}

function post(
  url: URL,
  body: string,
  { agent, signal }: { readonly agent: Agent; readonly signal: AbortSignal },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/json',
      Accept: 'application/json, */*',
      'Content-Length': Buffer.byteLength(body),
      'User-Agent': 'kube-apiserver-admission',
    };
    const request = httpsRequest(url, { method: 'POST', headers, agent, signal });
    request.once('error', (error) => {
      const stale = request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(errorCode(error) ?? '');
      reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    request.once('response', (response) => {
      readBounded(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    request.end(body);
  });
}

async function readBounded(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function statusText({ status, text }: Answer): string {
  if (status === 404) return 'the server could not find the requested resource';
  if (status >= 500)
    return `an error on the server (${JSON.stringify(text.trim().slice(0, 1024) || 'unknown')}) has prevented the request from succeeding`;
  return 'the server rejected our request for an unknown reason';
}
