import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { failureLog } from './failure-log.ts';
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
/** Whoever shows us made-up tokens must not make us open connections without bound; what is more waits for its turn. */
const mostConnections = 64;
/** Upstream's: half a second, and half as long again each time. */
const tries = 5;
const firstWaitMs = 500;
const waitFactor = 1.5;

/** Not an answer, or one that says that another may come. */
class Retryable extends Error {}

export interface ReviewWebhookOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Before the second try. Default: 500 ms. */
  readonly firstWaitMs?: number;
}

/** The webhook that a kubeconfig names. Rejects with Error when the file cannot be used; asks nobody yet. */
export async function openReviewWebhook(path: string, options: ReviewWebhookOptions): Promise<ReviewWebhook> {
  const way = new FollowedWay(path, await readKubeconfig(path), options);
  const send = async <T>(body: string, signal: AbortSignal, read: (answer: string) => T): Promise<T> => {
    let waitMs = options.firstWaitMs ?? firstWaitMs;
    for (let left = tries - 1; ; left--) {
      const { target, agent } = await way.current();
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
    close: () => way.close(),
  };
}

interface Way {
  readonly target: KubeconfigTarget;
  readonly agent: Agent;
}

/** A kubeconfig and what it names are looked at again after this, when somebody asks: certificates are renewed. */
const freshMs = 10_000;
/** What is asked over an old way may be answered. */
const longestAnswerMs = 60_000;

/** Where a kubeconfig leads now. What was good before goes on while the file is no good. */
class FollowedWay {
  readonly #path: string;
  readonly #options: ReviewWebhookOptions;
  readonly #warn: ReturnType<typeof failureLog>;
  #way: Way;
  #readMs: number;
  #reading: Promise<void> | undefined;

  constructor(path: string, target: KubeconfigTarget, options: ReviewWebhookOptions) {
    this.#path = path;
    this.#options = options;
    this.#warn = failureLog(options.log, options.clock);
    this.#way = { target, agent: agentFor(target) };
    this.#readMs = options.clock.monotonic();
  }

  /** Never rejects. */
  async current(): Promise<Way> {
    if (this.#options.clock.monotonic() - this.#readMs >= freshMs) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined;
      });
    }
    if (this.#reading) await this.#reading;
    return this.#way;
  }

  close(): void {
    this.#way.agent.destroy();
  }

  async #read(): Promise<void> {
    const { clock, log } = this.#options;
    this.#readMs = clock.monotonic();
    try {
      const target = await readKubeconfig(this.#path);
      const before = this.#way;
      const isSame = isDeepStrictEqual(tlsOf(target), tlsOf(before.target));
      this.#way = { target, agent: isSame ? before.agent : agentFor(target) };
      if (isSame) return;
      log.info('kubeconfig of a webhook taken over', { path: this.#path });
      clock.after(longestAnswerMs, () => before.agent.destroy());
    } catch (error) {
      this.#warn('cannot use the changed kubeconfig of a webhook; the one before goes on', { path: this.#path, error });
    }
  }
}

function tlsOf({ ca, serverName, certificate, key, insecure }: KubeconfigTarget) {
  return { ca, serverName, certificate, key, insecure };
}

function agentFor(target: KubeconfigTarget): Agent {
  return new Agent({
    keepAlive: true,
    maxSockets: mostConnections,
    maxFreeSockets: 8,
    timeout: 60_000,
    rejectUnauthorized: !target.insecure,
    ...(target.ca && { ca: target.ca }),
    ...(target.serverName && { servername: target.serverName }),
    ...(target.certificate && { cert: target.certificate }),
    ...(target.key && { key: target.key }),
  });
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
