import { join } from 'node:path';
import { pod } from '../src/api/core/pod.ts';
import type { RequestContext } from '../src/apiserver/contract.ts';
import { type CachedRegistry, openRegistry } from '../src/apiserver/registry/registry.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { report } from './figure.ts';
import { benchPod } from './pod.ts';
import { inFolder, perSecond, print, rate, usedBytes } from './run.ts';

// node --expose-gc bench/registry.ts: writes, reads, watches and memory of the registry, without HTTP.

const context: RequestContext = {
  user: { name: 'bench', groups: [] },
  signal: new AbortController().signal,
  dryRun: false,
  fieldManager: 'bench',
  fieldValidation: 'Ignore',
  warn: () => undefined,
};
const total = 20_000;
const names = (name: string) => ({ namespace: 'default', name });

await inFolder(async (folder) => {
  const file = join(folder, 'state.db');
  await throughput(file);
  await memory(file);
});

async function throughput(file: string): Promise<void> {
  const store = await openSqliteStore({ file });
  const registry = await openRegistry({ store, kinds: [pod] });
  const created = await rate({ total, inFlight: 32 }, (i) =>
    registry.create(pod, names(''), benchPod(`pod-${i}`), context),
  );
  print('durable creates of pods, 32 in flight', perSecond(created));
  const entry = await registry.get(pod, names('pod-1'), context);
  print('a pod is', `${entry.json.length} B`);
  const modified = await rate({ total, inFlight: 32 }, (i) =>
    registry.modify(pod, names(`pod-${i}`), (draft) => Object.assign(draft, { status: { phase: 'Running' } }), context),
  );
  print('durable status changes, 32 in flight', perSecond(modified));
  const got = await rate({ total: 200_000, inFlight: 1 }, (i) => registry.get(pod, names(`pod-${i % total}`), context));
  print('gets', perSecond(got));
  const listed = await rate({ total: 100, inFlight: 1 }, () => registry.list(pod, {}, context));
  print(`lists of ${total}`, perSecond(listed));
  const page = await rate({ total: 2000, inFlight: 1 }, () => registry.list(pod, { limit: 500 }, context));
  print('pages of 500', perSecond(page));
  await watchers(registry);
  registry.close();
  await store.close();
}

async function watchers(registry: CachedRegistry): Promise<void> {
  const stop = new AbortController();
  let frames = 0;
  const latencies: number[] = [];
  let writtenMs = 0;
  const { revision } = await registry.list(pod, { limit: 1 }, context);
  for (let i = 0; i < 1000; i++) {
    const watch = registry.watch(pod, { resourceVersion: String(revision) }, { ...context, signal: stop.signal });
    void (async () => {
      for await (const batch of watch) {
        frames += batch.length;
        latencies.push(performance.now() - writtenMs);
      }
    })();
  }
  const startMs = performance.now();
  for (let i = 0; i < 200; i++) {
    writtenMs = performance.now();
    await registry.create(pod, names(''), benchPod(`watched-${i}`), context);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const tookMs = performance.now() - startMs;
  stop.abort();
  latencies.sort((a, b) => a - b);
  const p99Ms = latencies[Math.floor(latencies.length * 0.99)] ?? 0;
  const figure = `${frames} frames in ${tookMs.toFixed(0)} ms, p99 ${p99Ms.toFixed(1)} ms from the write`;
  print('1,000 watchers, 200 events one after the other', figure);
}

async function memory(file: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = usedBytes();
  const store = await openSqliteStore({ file });
  const startMs = performance.now();
  const registry = await openRegistry({ store, kinds: [pod] });
  print(`load of ${total} pods`, `${(performance.now() - startMs).toFixed(0)} ms`);
  const size = (await registry.get(pod, names('pod-1'), context)).json.length;
  const bytes = () => (usedBytes() - before) / total;
  await new Promise((resolve) => setTimeout(resolve, 500));
  const perPod = bytes();
  report({
    what: 'memory for each stored pod, times its JSON',
    value: perPod / size,
    unit: '×',
    budget: { atMost: 3 },
    beside: `${Math.round(perPod)} B for a pod of ${size} B`,
  });
  const parsedMs = performance.now();
  let labels = 0;
  for (const { object } of (await registry.list(pod, {}, context)).entries) if (object.metadata.labels) labels++;
  print(`parsing of ${labels} pods`, `${(performance.now() - parsedMs).toFixed(0)} ms`);
  print('the same while all are parsed', `${Math.round(bytes())} B, ${(bytes() / size).toFixed(2)} x its JSON`);
  registry.close();
  await store.close();
}
