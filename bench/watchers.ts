import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import { print } from './run.ts';

// node bench/watchers.ts: 1,000 watchers of one resource over HTTP/2, 100 events a second for two seconds; the time from
// before the write until a watcher has the event, the client's own work included.

const watchers = 1000;
const events = 200;
const everyMs = 10;

const child = fork(new URL('./api-child.ts', import.meta.url), { serialization: 'advanced' });
const [started] = await once(child, 'message');
const session = () =>
  connect(started.url, { ca: started.ca, cert: started.admin.certificatePem, key: started.admin.keyPem });
const readers = Array.from({ length: 10 }, session);
const writer = session();
const writtenMs: number[] = [];
const latencies: number[] = [];

async function cpuSeconds(): Promise<number> {
  child.send('cpu');
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage];
  return (user + system) / 1e6;
}

function watch(from: ClientHttp2Session, resourceVersion: string): Promise<unknown> {
  const stream = from.request({ ':path': `/api/v1/configmaps?watch=1&resourceVersion=${resourceVersion}` });
  stream.setEncoding('utf8');
  let rest = '';
  stream.on('data', (text: string) => {
    const now = performance.now();
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const index = Number(/"index":"(\d+)"/.exec(line)?.[1]);
      latencies.push(now - (writtenMs[index] ?? now));
    }
  });
  return once(stream, 'response');
}

async function newestVersion(): Promise<string> {
  const stream = writer.request({ ':path': '/api/v1/configmaps?limit=1' });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString()).metadata.resourceVersion;
}

const version = await newestVersion();
await Promise.all(
  Array.from({ length: watchers }, (_, index) => watch(readers[index % readers.length] ?? writer, version)),
);
const before = await cpuSeconds();
for (let index = 0; index < events; index++) {
  writtenMs[index] = performance.now();
  const path = '/api/v1/namespaces/default/configmaps';
  const stream = writer.request({ ':method': 'POST', ':path': path, 'content-type': 'application/json' });
  stream.end(JSON.stringify({ metadata: { name: `watched-${index}` }, data: { index: String(index) } }));
  stream.resume();
  await delay(everyMs);
}
for (let turn = 0; turn < 200 && latencies.length < watchers * events; turn++) await delay(20);
const cpu = (await cpuSeconds()) - before;
latencies.sort((a, b) => a - b);
const at = (part: number) => (latencies[Math.floor(latencies.length * part)] ?? 0).toFixed(1);
print('events that arrived, of 200,000', String(latencies.length));
print('1,000 watchers, 100 events/s (budget: p99 50 ms)', `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
print('server CPU for one event to one watcher', `${((cpu * 1e6) / latencies.length).toFixed(1)} µs`);

for (const open of [...readers, writer]) open.destroy();
child.send('stop');
await once(child, 'exit');
