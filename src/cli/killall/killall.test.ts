import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { mountsBelow } from './mounts.ts';
import { endProcesses, type ProcessInfo, processesOf, readProcesses } from './processes.ts';
import { socketsIn } from './shim-sockets.ts';

function info(pid: number, parent: number, args: string, more: Partial<ProcessInfo> = {}): ProcessInfo {
  return { pid, parent, args: args.split(' '), rootMount: 'ext4 /dev/vda rw', ...more };
}
function overlay(dataDir: string): Partial<ProcessInfo> {
  const snapshots = `${dataDir}/agent/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots`;
  return {
    rootMount: `overlay overlay rw,lowerdir=${snapshots}/1/fs,upperdir=${snapshots}/2/fs,workdir=${snapshots}/2/work`,
  };
}

test('the processes of one data directory, and of no other', () => {
  const all = [
    info(1, 0, 'init'),
    info(10, 1, '/r/bin/containerd --config /d/one/agent/etc/containerd/config.toml'),
    info(11, 1, '/r/bin/containerd --config /d/one-more/agent/etc/containerd/config.toml'),
    info(
      20,
      1,
      '/r/bin/containerd-shim-runc-v2 -namespace k8s.io -address /d/one/agent/run/containerd/containerd.sock',
    ),
    info(21, 20, 'redis-server'),
    info(22, 21, 'sh'),
    info(30, 1, 'orphan', overlay('/d/one')),
    info(31, 1, 'orphan', overlay('/d/one-more')),
    info(50, 1, 'tail -f /d/one/agent/containerd/containerd.log'),
    info(51, 1, 'node main.ts killall --data-dir /d/one'),
  ];
  const pids = processesOf(all, '/d/one').map((each) => each.pid);
  assert.deepEqual(pids, [10, 20, 21, 22, 30], 'not those that only mention the folder');
});

test('mounts below a folder, the last one first', () => {
  const line = (path: string) => `36 35 98:0 / ${path} rw,noatime master:1 - ext4 /dev/root rw`;
  const text = [line('/'), line('/d/agent'), line('/d/agent/pods/a\\040b'), line('/d/agents'), line('/d')].join('\n');
  assert.deepEqual(mountsBelow(text, '/d/agent'), ['/d/agent/pods/a b', '/d/agent']);
});

test('real processes are read, ended and found no more', async () => {
  const child = spawn('sleep', ['4711']);
  const find = () => readProcesses().filter((each) => each.pid === child.pid);
  assert.deepEqual(find()[0]?.args, ['sleep', '4711']);
  assert.equal(find()[0]?.parent, process.pid);
  const exited = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  const ended = await endProcesses(find, 5_000);
  assert.deepEqual(
    ended.map((each) => each.pid),
    [child.pid],
  );
  assert.equal(await exited, 'SIGKILL');
});

test('the sockets of shims are found in what containerd notes', () => {
  const hash = 'a'.repeat(64);
  assert.deepEqual(socketsIn(`{"version":3,"address":"unix:///run/containerd/s/${hash}","protocol":"ttrpc"}`), [
    `/run/containerd/s/${hash}`,
  ]);
  assert.deepEqual(socketsIn('unix:///etc/passwd'), []);
});
