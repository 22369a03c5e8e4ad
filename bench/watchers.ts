import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, connectApi } from './api-client.ts';
import { report } from './figure.ts';
import { enterOwnNetwork } from './namespace.ts';
import { processFacts } from './process-facts.ts';
import { type BenchServer, withServer } from './server.ts';

// node bench/watchers.ts: 1,000 watchers of one resource over HTTP/2, 100 events a second for two seconds; the time from
// before the write until a watcher has the event, the client's own work included.

const watchers = 1000;
const events = 200;
const warmUp = 50; // not counted: until then both sides compile
const everyMs = 10;
const path = '/api/v1/namespaces/default/configmaps';

await enterOwnNetwork();
await withServer(measure, { flags: ['--disable-agent'] });

async function measure({ pid, url, credentials, client: writer }: BenchServer): Promise<void> {
  const readers = connectApi(url, credentials, 10);
  const { metadata } = await writer.json<{ metadata: { resourceVersion: string } }>(path);
  const writtenMs: number[] = [];
  const latencies: number[] = [];
  await Promise.all(
    Array.from({ length: watchers }, () =>
      readers.watch(`${path}?watch=1&resourceVersion=${metadata.resourceVersion}`, (json) => {
        const index = Number(/"index":"(\d+)"/.exec(json)?.[1]);
        latencies.push(performance.now() - (writtenMs[index] ?? Number.NaN));
      }),
    ),
  );
  await write(writer, { from: events, count: warmUp, writtenMs });
  await delay(1000);
  latencies.length = 0;
  const before = await processFacts(pid);
  await write(writer, { from: 0, count: events, writtenMs });
  for (let turn = 0; turn < 500 && latencies.length < watchers * events; turn++) await delay(20);
  const cpuSeconds = (await processFacts(pid)).cpuSeconds - before.cpuSeconds;
  readers.close();
  if (latencies.length !== watchers * events)
    throw new Error(`${latencies.length} events arrived, of ${watchers * events}`);
  latencies.sort((a, b) => a - b);
  const at = (part: number) => latencies[Math.floor(latencies.length * part)] ?? 0;
  report({
    what: '1,000 watchers, 100 events/s: write to event, p99',
    value: at(0.99),
    unit: 'ms',
    budget: { atMost: 50 },
    beside: `p50 ${at(0.5).toFixed(1)} ms, CPU ${((cpuSeconds * 1e6) / latencies.length).toFixed(1)} µs for one event to one watcher`,
  });
}

interface Writes {
  readonly from: number;
  readonly count: number;
  readonly writtenMs: number[];
}

async function write(writer: ApiClient, { from, count, writtenMs }: Writes): Promise<void> {
  const writes: Promise<unknown>[] = [];
  for (let index = from; index < from + count; index++) {
    writtenMs[index] = performance.now();
    const map = { metadata: { name: `watched-${index}` }, data: { index: String(index) } };
    writes.push(writer.bytes(path, JSON.stringify(map)));
    await delay(everyMs);
  }
  await Promise.all(writes);
}
