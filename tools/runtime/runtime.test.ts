import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { run } from '../../src/base/process.ts';
import { aptArgument, aptConfig, aptSource, mirrorsFrom } from './apt.ts';
import { setId } from './fetch.ts';
import { integrityHolds } from './npm-binaries.ts';
import { packageSets } from './packages.ts';
import { missingLibraries, multiarch, wrapper } from './programs.ts';
import { readZipEntry } from './zip.ts';

test('mirrors are those of the machine, without security archives and other components', () => {
  const text = [
    'http://mirror.example/debian/|bookworm|main',
    'http://mirror.example/debian/|bookworm-updates|main',
    'http://mirror.example/debian-security/|bookworm-security|main',
    'https://other.example/x/|nodistro|contrib',
    'http://second.example/debian|trixie|main',
    '',
  ].join('\n');
  assert.deepEqual(mirrorsFrom(text), ['http://mirror.example/debian', 'http://second.example/debian']);
});

test('apt is kept to a folder of ours and to signed sources', async () => {
  const config = aptConfig('/f', 'arm64');
  for (const line of ['Dir::State "/f/state";', 'Dir::Etc::sourceparts "/f/none";', 'APT::Architecture "arm64";'])
    assert.ok(config.includes(line), line);
  assert.ok(!/allow-?(insecure|unauthenticated)/i.test(config));
  assert.match(
    aptSource('http://m', ['forky', 'bookworm']),
    /^Suites: forky bookworm$[\s\S]*^Signed-By: \/usr\/share/m,
  );
  const folder = await mkdtemp(join(tmpdir(), 'apt-'));
  try {
    await writeFile(join(folder, 'apt.conf'), aptConfig(folder, 'amd64'));
    const seen = await run('apt-config', ['dump'], { env: { APT_CONFIG: join(folder, 'apt.conf') } });
    assert.ok(seen.stdout.includes(`Dir::Etc::sourcelist "${folder}/k3ts.sources";`), 'apt itself takes it so');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a package is asked for by its version, or by its suite where any will do', () => {
  assert.equal(aptArgument({ name: 'containerd', suite: 'forky', version: '2.1.*' }), 'containerd=2.1.*');
  assert.equal(aptArgument({ name: 'libmnl0', suite: 'bookworm', version: '*' }), 'libmnl0/bookworm');
});

test('a set has a new name when what it pins changes, and only then', () => {
  const id = setId(packageSets.runtime, 'amd64');
  assert.match(id, /^[\da-f]{12}$/);
  assert.equal(setId(structuredClone(packageSets.runtime), 'amd64'), id);
  assert.notEqual(setId(packageSets.runtime, 'arm64'), id);
  assert.notEqual(setId({ ...packageSets.runtime, npm: [] }, 'amd64'), id);
  assert.notEqual(setId(packageSets.programs, 'amd64', 'a lock'), setId(packageSets.programs, 'amd64', 'another'));
});

test('libraries that the machine lacks are found in what ldd says', () => {
  const text = '\tlinux-vdso.so.1 (0x00007f)\n\tlibnftables.so.1 => not found\n\tlibc.so.6 => /lib/libc.so.6 (0x7f)\n';
  assert.deepEqual(missingLibraries(text), ['libnftables.so.1']);
  assert.deepEqual(missingLibraries('\tnot a dynamic executable\n'), []);
  assert.throws(() => multiarch('s390x'), /s390x: .*amd64, arm64, armhf/);
});

test('a wrapper starts its program from any place, with its libraries', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wrapper test-'));
  try {
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'real'), '#!/bin/sh\necho "$LD_LIBRARY_PATH|$XTABLES_LIBDIR|$*"\n');
    await writeFile(join(folder, 'bin/tool'), wrapper('../real', ['../lib'], '../lib/xtables'));
    await chmod(join(folder, 'real'), 0o755);
    await chmod(join(folder, 'bin/tool'), 0o755);
    const { stdout } = await run('tool', ['a', 'b'], { env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` } });
    assert.equal(stdout, `${folder}/bin/../lib|${folder}/bin/../lib/xtables|a b\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** A zip archive of one file, as APPNOTE.TXT lays it out. */
function zip(name: string, content: Buffer, method: 0 | 8): Buffer {
  const packed = method === 8 ? deflateRawSync(content) : content;
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(content.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(30 + name.length + packed.length, 16);
  return Buffer.concat([local, Buffer.from(name), packed, entry, Buffer.from(name), end]);
}

test('files come out of zip archives, and damage is noticed', () => {
  const content = Buffer.from('kubectl '.repeat(1000));
  for (const method of [0, 8] as const) assert.deepEqual(readZipEntry(zip('k/k', content, method), 'k/k'), content);
  assert.throws(() => readZipEntry(zip('k/k', content, 8), 'other'), /other: not in the archive/);
  assert.throws(() => readZipEntry(Buffer.from('no zip'), 'k'), /not a zip archive/);
  assert.throws(() => readZipEntry(zip('k', content, 8).subarray(10), 'k'));
});

test('a tarball is taken only when it is the pinned one', () => {
  const integrity = 'sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==';
  assert.ok(integrityHolds(Buffer.from('abc'), integrity));
  assert.ok(!integrityHolds(Buffer.from('abd'), integrity));
});
