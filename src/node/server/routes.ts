import { resourceMetrics } from '../stats/resource-metrics.ts';
import { createStatistics } from '../stats/stats.ts';
import { agentMetrics, podList, runningPodList } from './about-node.ts';
import { type PlainCall, sendJson, sendText } from './call.ts';
import { serveContainerLogs } from './logs/container-logs.ts';
import type { KubeletServerOptions } from './options.ts';
import { ServerError } from './server-error.ts';
import { serveContainerStream, servePortForward, type UpgradeCall } from './streaming/streams.ts';

type PlainHandler = (call: PlainCall) => void | Promise<void>;
type UpgradeHandler = (call: UpgradeCall) => Promise<void>;

export interface Routes {
  /** Throws ServerError when nothing is there. */
  plain(method: string, pathname: string): PlainHandler;
  upgrade(pathname: string): UpgradeHandler;
}

const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/** What the port serves, by the path's first word. */
export function createRoutes({ agent, nodeName, metrics, clock, log }: KubeletServerOptions): Routes {
  const statistics = createStatistics({ agent, nodeName, clock });
  const reading = () =>
    statistics.reading().catch((error: unknown) => {
      log.warn('cannot read statistics', { error });
      return undefined;
    });
  const plain: Readonly<Record<string, PlainHandler>> = {
    containerLogs: (call) => serveContainerLogs({ agent, clock }, call),
    healthz: ({ response }) => sendText(response, 'ok'),
    stats: async ({ response, path: [name] }) => {
      if (name !== 'summary') throw new ServerError('NotFound', '404: Page Not Found');
      sendJson(response, await statistics.summary());
    },
    metrics: async ({ response, path: [name] }) => {
      if (name === 'resource') sendText(response, resourceMetrics(await reading()), metricsType);
      else if (name) throw new ServerError('NotFound', '404: Page Not Found');
      else sendText(response, `${agentMetrics(agent, nodeName)}${metrics?.() ?? ''}`, metricsType);
    },
    pods: ({ response }) => sendJson(response, podList(agent)),
    runningpods: ({ response }) => sendJson(response, runningPodList(agent)),
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
