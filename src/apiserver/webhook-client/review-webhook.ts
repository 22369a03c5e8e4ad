import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '../../base/errors.ts';
import { type KubeconfigTarget, readKubeconfig } from './kubeconfig.ts';

/** Somebody outside who answers reviews: tokens, access. */
export interface ReviewWebhook {
  /** POSTs a review and resolves to the answered object. Rejects with Error; the signal's deadline is the caller's. */
  ask(review: object, signal: AbortSignal): Promise<unknown>;
  /** POSTs JSON whose answer says no more than that it has arrived. Rejects with Error. */
  tell(json: string, signal: AbortSignal): Promise<void>;
  close(): void;
}

const maxBytes = 1024 * 1024;
/** Upstream's: half a second, and half as long again each time. */
const tries = 5;
const firstWaitMs = 500;
const waitFactor = 1.5;

/** Not an answer, or one that says that another may come. */
class Retryable extends Error {}

/** The webhook that a kubeconfig names. Rejects with Error when the file cannot be used; asks nobody yet. */
export async function openReviewWebhook(
  path: string,
  options: { readonly firstWaitMs?: number } = {},
): Promise<ReviewWebhook> {
  const target = await readKubeconfig(path);
  const agent = new Agent({
    keepAlive: true,
    maxFreeSockets: 8,
    timeout: 60_000,
    rejectUnauthorized: !target.insecure,
    ...(target.ca && { ca: target.ca }),
    ...(target.serverName && { servername: target.serverName }),
    ...(target.certificate && { cert: target.certificate }),
    ...(target.key && { key: target.key }),
  });
  const send = async <T>(body: string, signal: AbortSignal, read: (answer: string) => T): Promise<T> => {
    let waitMs = options.firstWaitMs ?? firstWaitMs;
    for (let left = tries - 1; ; left--) {
      try {
        return read(await post(target, body, { agent, signal }));
      } catch (error) {
        if (!(error instanceof Retryable) || left === 0 || signal.aborted)
          throw new Error(`the webhook ${target.url.host}: ${toError(error).message}`, { cause: error });
      }
      await sleep(waitMs, undefined, { signal });
      waitMs *= waitFactor;
    }
  };
  return {
    ask: (review, signal) => send(JSON.stringify(review), signal, (answer): unknown => JSON.parse(answer)),
    tell: (json, signal) => send(json, signal, () => undefined),
    close: () => agent.destroy(),
  };
}

async function post(
  target: KubeconfigTarget,
  body: string,
  { agent, signal }: { readonly agent: Agent; readonly signal: AbortSignal },
): Promise<string> {
  const authorization = await target.authorization();
  return new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'User-Agent': 'k3ts',
      ...(authorization && { Authorization: authorization }),
    };
    const fail = (error: Error) =>
      reject(signal.aborted ? new Error('no answer in time') : new Retryable(error.message, { cause: error }));
    const asked = request(target.url, { method: 'POST', headers, agent, signal }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= maxBytes) chunks.push(chunk);
        else reject(new Error(`the answer is larger than ${maxBytes} bytes`));
        if (bytes > maxBytes) asked.destroy();
      });
      response.once('error', fail);
      response.once('end', () => {
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve(Buffer.concat(chunks).toString('utf8'));
        else if (statusCode >= 500 || statusCode === 429) fail(new Error(`the answer has the status ${statusCode}`));
        else reject(new Error(`the answer has the status ${statusCode}`));
      });
    });
    asked.once('error', fail);
    asked.end(body);
  });
}
