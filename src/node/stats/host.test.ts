import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { parseInterfaces, parseMemory, parseStat, readFs, readHost } from './host.ts';

test('processor time without idling, and the time of the boot', () => {
  const text = 'cpu  100 20 30 4000 50 6 7 8 90 10\ncpu0 1 2 3\nbtime 1700000000\n';
  assert.deepEqual(parseStat(text), { bootMs: 1_700_000_000_000, cpuNanoseconds: 171e7 });
});

test('memory: the working set leaves out inactive file pages', () => {
  const text =
    'MemTotal:       1000 kB\nMemFree:         400 kB\nInactive:       300 kB\nInactive(file):  100 kB\nAnonPages:       200 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n';
  assert.deepEqual(parseMemory(text), {
    memory: { usageBytes: 600 * 1024, workingSetBytes: 500 * 1024, availableBytes: 500 * 1024, rssBytes: 200 * 1024 },
    swap: { usageBytes: 30 * 1024, availableBytes: 20 * 1024 },
  });
});

test("interfaces without loopback and the pods' links", () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 103     1    0    0    0     0          0         0 103  1    0    0    0     0       0          0
  eth0: 2329    57   1    0    0     0          0         0  413    37    2    0    0     0       0          0
vethab: 2329    57   1    0    0     0          0         0  413    37    2    0    0     0       0          0
`;
  assert.deepEqual(parseInterfaces(text), [{ name: 'eth0', rxBytes: 2329, rxErrors: 1, txBytes: 413, txErrors: 2 }]);
});

test('this machine says something sensible of itself', async () => {
  const host = await readHost();
  assert.ok(host.bootMs > 0 && host.bootMs < Date.now());
  assert.ok(host.cpuNanoseconds > 0 && host.memory.usageBytes > 0 && host.processes > 0 && host.mostProcesses > 0);
  const fs = await readFs(tmpdir());
  assert.ok(fs.capacityBytes >= fs.availableBytes && fs.availableBytes > 0);
});
