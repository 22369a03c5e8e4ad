import type { ServerResponse } from 'node:http';
import { serveContainerLogs } from './logs/container-logs.ts';
import type { KubeletServerOptions } from './server.ts';
import { ServerError } from './server-error.ts';
import { serveContainerStream, servePortForward, type UpgradeCall } from './streaming/streams.ts';

export interface PlainCall {
  readonly response: ServerResponse;
  /** Decoded parts of the path after its first word. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** Aborts when the client goes away or the server stops. */
  readonly signal: AbortSignal;
}

type PlainHandler = (call: PlainCall) => void | Promise<void>;
type UpgradeHandler = (call: UpgradeCall) => Promise<void>;

export interface Routes {
  /** Throws ServerError when nothing is there. */
  plain(method: string, pathname: string): PlainHandler;
  upgrade(pathname: string): UpgradeHandler;
}

/** What the port serves, by the path's first word. */
export function createRoutes({ agent, clock }: KubeletServerOptions): Routes {
  const plain: Readonly<Record<string, PlainHandler>> = {
    containerLogs: (call) => serveContainerLogs({ agent, clock }, call),
    healthz: ({ response }) => sendText(response, 'ok'),
  };
  const upgrade: Readonly<Record<string, UpgradeHandler>> = {
    exec: (call) => serveContainerStream(agent, call, 'exec'),
    attach: (call) => serveContainerStream(agent, call, 'attach'),
    portForward: (call) => servePortForward(agent, call),
  };
  return {
    plain(method, pathname) {
      const word = wordOf(pathname);
      if (upgrade[word]) throw new ServerError('BadRequest', 'Upgrade request required');
      const handler = plain[word];
      if (!handler) throw new ServerError('NotFound', '404: Page Not Found');
      if (method !== 'GET' && method !== 'HEAD') throw new ServerError('MethodNotAllowed', '405: Method Not Allowed');
      return handler;
    },
    upgrade(pathname) {
      const handler = upgrade[wordOf(pathname)];
      if (!handler) throw new ServerError('NotFound', '404: Page Not Found');
      return handler;
    },
  };
}

function wordOf(pathname: string): string {
  return pathname.split('/', 2)[1] ?? '';
}

export function sendText(response: ServerResponse, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
}

export function sendJson(response: ServerResponse, value: unknown): void {
  sendText(response, JSON.stringify(value), 'application/json');
}
