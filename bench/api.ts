import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { benchPod } from './pod.ts';
import { perSecond, print, rate } from './run.ts';

// node bench/api.ts: GET, LIST of 2,000 pods and durable creates over TLS and HTTP/2, beside a bare node:http2 server in
// the same process with the same bytes. The client takes a core of its own; what the server needs is its CPU time.

interface Started {
  readonly ca: string;
  readonly admin: { readonly certificatePem: string; readonly keyPem: string };
  readonly url: string;
  readonly bare: string;
}

interface Figure {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly cpuMicros: number;
}

const child = fork(new URL('./api-child.ts', import.meta.url), { serialization: 'advanced' });
const [started] = (await once(child, 'message')) as [Started];
const sessions = (url: string) =>
  Array.from({ length: 4 }, () => {
    const { ca, admin } = started;
    return connect(url, {
      ca,
      cert: admin.certificatePem,
      key: admin.keyPem,
      settings: { initialWindowSize: 8 << 20 },
    });
  });
const ours = sessions(started.url);
const bare = sessions(started.bare);

async function cpuMicros(process: ChildProcess): Promise<number> {
  process.send('cpu');
  const [{ user, system }] = (await once(process, 'message')) as [NodeJS.CpuUsage];
  return user + system;
}

function call(session: ClientHttp2Session, path: string, body?: string): Promise<number> {
  const method = body === undefined ? 'GET' : 'POST';
  const stream = session.request(
    { ':method': method, ':path': path, 'content-type': 'application/json' },
    { endStream: body === undefined },
  );
  if (body !== undefined) stream.end(body);
  return new Promise((resolve, reject) => {
    let bytes = 0;
    stream.on('response', (headers) => {
      if (Number(headers[':status']) >= 300) reject(new Error(`${path}: ${headers[':status']}`));
    });
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    stream.on('end', () => resolve(bytes));
    stream.on('error', reject);
  });
}

async function measure(total: number, inFlight: number, work: (i: number) => Promise<unknown>): Promise<Figure> {
  const warmUp = Math.ceil(total / 5);
  await rate({ total: warmUp, inFlight }, (i) => work(i));
  const before = await cpuMicros(child);
  const result = await rate({ total, inFlight }, (i) => work(warmUp + i));
  return { ...result, cpuMicros: ((await cpuMicros(child)) - before) / total };
}

function show(what: string, figure: Figure): void {
  print(what, `${perSecond(figure)}, server CPU ${figure.cpuMicros.toFixed(1)} µs each`);
}

const pick = (list: readonly ClientHttp2Session[], i: number) => {
  const session = list[i % list.length];
  if (!session) throw new Error('no session');
  return session;
};

const bareGet = await measure(30_000, 64, (i) => call(pick(bare, i), '/get'));
show('GET of 2.7 kB, bare node:http2', bareGet);
const get = await measure(30_000, 64, (i) => call(pick(ours, i), `/api/v1/namespaces/default/pods/pod-${i % 2000}`));
show('GET of a pod', get);
print('  of a bare answer (budget: at least 50 %)', `${((100 * bareGet.cpuMicros) / get.cpuMicros).toFixed(0)} %`);

const bareList = await measure(40, 1, (i) => call(pick(bare, i), '/list'));
show('LIST of 2,000 pods, bare node:http2', bareList);
const list = await measure(40, 1, (i) => call(pick(ours, i), '/api/v1/pods'));
show('LIST of 2,000 pods', list);
print('  times a bare answer (budget: at most 2)', (list.cpuMicros / bareList.cpuMicros).toFixed(2));

const created = await measure(10_000, 32, (i) =>
  call(pick(ours, i), '/api/v1/namespaces/default/pods', JSON.stringify(benchPod(`new-${i}`))),
);
show('durable creates of pods, 32 in flight (budget: 6,000/s)', created);

for (const session of [...ours, ...bare]) session.close();
child.send('stop');
await once(child, 'exit');
