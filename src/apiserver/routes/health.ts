import { toError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { sendText } from '../http/respond.ts';
import type { PathRoute } from './paths.ts';

/** One thing that must hold for the server to be well. */
export interface HealthCheck {
  readonly name: string;
  /** Throws what is wrong. The text goes to the log, not to the client. */
  check(): Promise<void> | void;
  /** Part of `/livez` and `/healthz` as well; others only say whether the server is ready. Default: true. */
  readonly live?: boolean;
}

/** Hears what came of each check. */
export type HealthObserver = (endpoint: string, check: string, isWell: boolean) => void;

interface Telling {
  readonly log: Logger;
  readonly observe: HealthObserver;
}

/** A check that answers later counts as failed. */
const checkTimeoutMs = 5000;

interface Result {
  readonly name: string;
  readonly state: 'ok' | 'failed' | 'excluded';
}

/** `/healthz`, `/livez`, `/readyz`, each whole, verbose, with `?exclude=`, and one check at a time below it. */
export function healthRoutes(
  checks: () => readonly HealthCheck[],
  log: Logger,
  observe: HealthObserver = () => undefined,
): readonly PathRoute[] {
  const route = (endpoint: string, which: (check: HealthCheck) => boolean): PathRoute => ({
    path: `/${endpoint}/*`,
    handler: (request) => answer(request, endpoint, checks().filter(which), { log, observe }),
  });
  const isLive = ({ live }: HealthCheck) => live !== false;
  return [route('healthz', isLive), route('livez', isLive), route('readyz', () => true)];
}

async function answer(
  request: ApiRequest,
  endpoint: string,
  checks: readonly HealthCheck[],
  telling: Telling,
): Promise<void> {
  const { path } = request.info;
  const single = path.slice(endpoint.length + 2).replace(/\/$/, '');
  if (single === '') return answerAll(request, endpoint, checks, telling);
  const check = checks.find(({ name }) => name === single);
  if (!check) return sendText(request, 404, '404 page not found\n');
  const { state } = await run(check, endpoint, telling);
  if (state === 'ok') sendText(request, 200, 'ok');
  else sendText(request, 500, `internal server error: ${single} failed: reason withheld\n`);
}

async function answerAll(
  request: ApiRequest,
  endpoint: string,
  checks: readonly HealthCheck[],
  telling: Telling,
): Promise<void> {
  const excluded = new Set(request.query.all('exclude'));
  const results = await Promise.all(
    checks.map((check) => {
      if (!excluded.delete(check.name)) return run(check, endpoint, telling);
      return { name: check.name, state: 'excluded' } satisfies Result;
    }),
  );
  const failed = results.some(({ state }) => state === 'failed');
  if (!failed && !request.query.has('verbose')) return sendText(request, 200, 'ok');
  const lines = results.map(line);
  if (excluded.size > 0) {
    const names = [...excluded].map((name) => JSON.stringify(name)).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  lines.push(`${endpoint} check ${failed ? 'failed' : 'passed'}`);
  sendText(request, failed ? 500 : 200, `${lines.join('\n')}\n`);
}

function line({ name, state }: Result): string {
  if (state === 'ok') return `[+]${name} ok`;
  return state === 'excluded' ? `[+]${name} excluded: ok` : `[-]${name} failed: reason withheld`;
}

async function run(check: HealthCheck, endpoint: string, { log, observe }: Telling): Promise<Result> {
  const error = await faultOf(check);
  observe(endpoint, check.name, error === undefined);
  if (error) log.warn('health check failed', { endpoint, check: check.name, error });
  return { name: check.name, state: error ? 'failed' : 'ok' };
}

/** What is wrong; undefined: nothing. */
export async function faultOf(check: HealthCheck): Promise<Error | undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${checkTimeoutMs} ms`)), checkTimeoutMs);
      timer.unref();
    });
    await Promise.race([check.check(), late]);
    return undefined;
  } catch (error) {
    return toError(error);
  } finally {
    clearTimeout(timer);
  }
}
