import { access } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../../base/clock.ts';
import { errorCode } from '../../../base/errors.ts';
import type { NodeAgent } from '../../agent.ts';
import { allContainers } from '../../pods/containers.ts';
import type { PlainCall } from '../call.ts';
import { ServerError } from '../server-error.ts';
import { chooseLogged } from './choose-container.ts';
import { logOptionsOf } from './log-options.ts';
import { readLog } from './read-log.ts';

export interface LogContext {
  readonly agent: Pick<NodeAgent, 'findPod' | 'findContainer'>;
  readonly clock: Clock;
}

/** GET `containerLogs/<namespace>/<pod>/<container>`. */
export async function serveContainerLogs({ agent, clock }: LogContext, call: PlainCall): Promise<void> {
  const [namespace = '', podName = '', containerName = ''] = call.path;
  if (!namespace || !podName || !containerName) throw new ServerError('BadRequest', 'Missing pod or container.');
  const options = logOptionsOf(call.query, clock.now());
  const pod = agent.findPod(namespace, podName);
  if (!pod) throw new ServerError('NotFound', `pod ${JSON.stringify(podName)} does not exist`);
  if (!allContainers(pod).some(({ name }) => name === containerName))
    throw new ServerError(
      'NotFound',
      `container ${JSON.stringify(containerName)} not found in pod ${JSON.stringify(podName)}`,
    );
  const id = chooseLogged(pod.status, { podName, containerName, previous: options.previous });
  const viewOf = () => {
    const found = agent.findContainer(namespace, podName, containerName);
    return found && [found.container, ...found.earlier].find((container) => container.id === id);
  };
  const view = viewOf();
  if (!view) throw new ServerError('BadRequest', `unable to retrieve container logs for containerd://${id}`);
  await requireFile(view.logPath);
  call.response.writeHead(200, { 'content-type': 'text/plain' });
  call.response.flushHeaders();
  const writing = () => (viewOf()?.state ?? 'exited') !== 'exited';
  const blocks = readLog({ path: view.logPath, writing, clock, signal: call.signal }, options);
  await pipeline(Readable.from(blocks, { objectMode: false }), call.response);
}

/** Once the answer has begun nothing can be refused any more. */
async function requireFile(path: string): Promise<void> {
  try {
    await access(path);
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause;
    throw new ServerError('BadRequest', `the log file ${JSON.stringify(path)} does not exist`, { cause });
  }
}
