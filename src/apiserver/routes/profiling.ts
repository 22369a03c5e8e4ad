import { Session } from 'node:inspector/promises';
import { pipeline } from 'node:stream/promises';
import { getHeapSnapshot } from 'node:v8';
import { ApiError, badRequest } from '../../api/status.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import type { ApiRequest, Handler } from '../http/api-request.ts';
import { jsonType, sendText } from '../http/respond.ts';
import type { PathRoute } from './paths.ts';

const base = '/debug/pprof';
const standardSeconds = 10;
/** Less than what a request may take. */
const mostSeconds = 45;

/**
 * Profiles of this process, by upstream's paths, in the formats of Chrome's developer tools: `profile?seconds=10` is a
 * `.cpuprofile`, `allocs?seconds=10` a `.heapprofile`, `heap` a `.heapsnapshot` (the process stands still while it is
 * made, and needs as much memory again). One at a time.
 */
export function profilingRoutes(clock: Clock): readonly PathRoute[] {
  let isBusy = false;
  const alone =
    (handler: Handler): Handler =>
    async (request) => {
      if (isBusy)
        throw new ApiError('TooManyRequests', 'another profile is being made, please try again later', {
          retryAfterSeconds: standardSeconds,
        });
      isBusy = true;
      try {
        await handler(request);
      } finally {
        isBusy = false;
      }
    };
  return [
    {
      path: base,
      handler: (request) =>
        sendText(request, 200, `profile?seconds=${standardSeconds}\nallocs?seconds=${standardSeconds}\nheap\n`),
    },
    { path: `${base}/profile`, handler: alone((request) => sendProfile(request, clock, cpuProfile)) },
    { path: `${base}/allocs`, handler: alone((request) => sendProfile(request, clock, allocations)) },
    { path: `${base}/heap`, handler: alone(sendHeap) },
  ];
}

type Wait = () => Promise<void>;

async function cpuProfile(session: Session, wait: Wait): Promise<unknown> {
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await wait();
  return (await session.post('Profiler.stop')).profile;
}

async function allocations(session: Session, wait: Wait): Promise<unknown> {
  await session.post('HeapProfiler.enable');
  await session.post('HeapProfiler.startSampling');
  await wait();
  return (await session.post('HeapProfiler.stopSampling')).profile;
}

async function sendProfile(
  request: ApiRequest,
  clock: Clock,
  take: (session: Session, wait: Wait) => Promise<unknown>,
): Promise<void> {
  const text = request.query.get('seconds') ?? String(standardSeconds);
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= mostSeconds))
    throw badRequest(`seconds: ${text.slice(0, 64)}: must be more than 0 and at most ${mostSeconds}`);
  const session = new Session();
  session.connect();
  try {
    const profile = await take(session, () => sleep(clock, seconds * 1000, request.signal));
    request.exchange.send(200, request.headers(jsonType), JSON.stringify(profile));
  } finally {
    session.disconnect();
  }
}

async function sendHeap(request: ApiRequest): Promise<void> {
  const out = request.exchange.open(200, request.headers(jsonType));
  await pipeline(getHeapSnapshot(), out, { signal: request.signal });
}
