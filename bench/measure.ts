import { processFacts } from './process-facts.ts';
import { rate } from './run.ts';

export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the server, all its threads, for one piece of work. */
  readonly cpuMicros: number;
  /** Of this process: what the client takes from the same cores. */
  readonly clientMicros: number;
}

export interface Work {
  /** The server's. */
  readonly pid: number;
  readonly total: number;
  readonly inFlight: number;
}

/** Does a piece of work many times, a fifth of it before the clock runs: until then both sides compile. */
export async function measure(
  { pid, total, inFlight }: Work,
  work: (i: number) => Promise<unknown>,
): Promise<Measured> {
  const warmUp = Math.ceil(total / 5);
  await rate({ total: warmUp, inFlight }, work);
  const before = await processFacts(pid);
  const own = process.cpuUsage();
  const result = await rate({ total, inFlight }, (i) => work(warmUp + i));
  const { user, system } = process.cpuUsage(own);
  const spent = (await processFacts(pid)).cpuSeconds - before.cpuSeconds;
  return { ...result, cpuMicros: (spent * 1e6) / total, clientMicros: (user + system) / total };
}

export function words({ perSecond, p50Ms, p99Ms, cpuMicros, clientMicros }: Measured): string {
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const times = `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
  return `${count(perSecond)}/s, ${times}, CPU ${count(cpuMicros)} µs each (client ${count(clientMicros)})`;
}
