import type { Logger } from './base/log.ts';
import type { Steps } from './base/steps.ts';
import type { ServerOptions } from './options.ts';

/**
 * The composition root. TO BE REPLACED by the one that brings the components up: each as `steps.run(name, start, stop)`,
 * in the order in which they need one another. Resolves when the server is up.
 */
export async function startServer(options: ServerOptions, log: Logger, steps: Steps): Promise<void> {
  await steps.run('no component yet', () => log.warn('nothing is brought up yet', { dataDir: options.dataDir }));
}
