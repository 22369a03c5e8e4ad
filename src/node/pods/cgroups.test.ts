import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { silentLogger } from '../../base/log.ts';
import { createCgroups } from './cgroups.ts';
import type { Pod } from './types.ts';

/** A folder that looks like a mounted hierarchy; the kernel's own files of new groups must be made beforehand. */
function pretend(t: TestContext, files: Readonly<Record<string, string>>): string {
  const mountPoint = mkdtempSync(join(tmpdir(), 'cgroup-'));
  t.after(() => rmSync(mountPoint, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(mountPoint, path, '..'), { recursive: true });
    writeFileSync(join(mountPoint, path), text);
  }
  return mountPoint;
}

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { uid: 'u1', name: 'p', namespace: 'default' },
  spec: {
    containers: [{ name: 'c', resources: { requests: { cpu: '250m' }, limits: { cpu: '500m', memory: '64Mi' } } }],
  },
};

test('version 2: missing controllers are passed on group by group, limits are written to the pod, processes are bounded', async (t) => {
  const all = 'cpuset cpu io memory hugetlb pids rdma misc\n';
  const mountPoint = pretend(t, {
    'cgroup.controllers': all,
    'cgroup.subtree_control': 'cpu memory\n',
    'kubepods/cgroup.controllers': all,
    'kubepods/cgroup.subtree_control': '\n',
    'kubepods/burstable/cgroup.controllers': 'cpu memory pids\n',
    'kubepods/burstable/cgroup.subtree_control': 'cpu memory pids\n',
  });
  const read = (path: string) => readFileSync(join(mountPoint, path), 'utf8');
  const cgroups = await createCgroups({ root: '/kubepods', podMaxPids: 99, mountPoint, log: silentLogger });
  assert.equal(cgroups.version, 2);
  assert.equal(cgroups.pathOf(pod), '/kubepods/burstable/podu1');
  await cgroups.prepare(pod);
  assert.equal(read('cgroup.subtree_control'), '+cpuset +io +hugetlb +pids');
  assert.equal(read('kubepods/cgroup.subtree_control'), '+cpuset +cpu +io +memory +hugetlb +pids');
  assert.equal(read('kubepods/burstable/cgroup.subtree_control'), 'cpu memory pids\n', 'nothing was missing');
  const group = 'kubepods/burstable/podu1';
  assert.equal(read(`${group}/cpu.max`), '50000 100000');
  assert.equal(read(`${group}/cpu.weight`), '10');
  assert.equal(read(`${group}/memory.max`), String(64 * 1024 ** 2));
  assert.equal(read(`${group}/pids.max`), '99');
  assert.deepEqual(await cgroups.folders(cgroups.pathOf(pod)), [join(mountPoint, group)]);
});

test('version 1: each controller has its own hierarchy; those that are not there are left out', async (t) => {
  const mountPoint = pretend(t, { 'cpu/tasks': '', 'pids/tasks': '' });
  const read = (path: string) => readFileSync(join(mountPoint, path), 'utf8');
  const cgroups = await createCgroups({ root: '/kubepods', podMaxPids: 99, mountPoint, log: silentLogger });
  assert.equal(cgroups.version, 1);
  await cgroups.prepare(pod);
  const group = 'kubepods/burstable/podu1';
  assert.equal(read(`cpu/${group}/cpu.shares`), '256');
  assert.equal(read(`cpu/${group}/cpu.cfs_quota_us`), '50000');
  assert.equal(read(`pids/${group}/pids.max`), '99');
  assert.ok(!existsSync(join(mountPoint, 'memory')));
});

test("a pod's groups go in every tier, with the containers' groups in them", async (t) => {
  const mountPoint = pretend(t, { 'cgroup.controllers': '' });
  for (const tier of ['', 'burstable/', 'besteffort/'])
    mkdirSync(join(mountPoint, `kubepods/${tier}podu1/container`), { recursive: true });
  const cgroups = await createCgroups({ root: '/kubepods', mountPoint, log: silentLogger });
  await cgroups.remove(pod);
  await cgroups.remove(pod);
  for (const tier of ['', 'burstable/', 'besteffort/'])
    assert.ok(!existsSync(join(mountPoint, `kubepods/${tier}podu1`)));
  assert.ok(existsSync(join(mountPoint, 'kubepods/burstable')));
});
