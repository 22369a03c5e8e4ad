import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type OwnedProcess, type ProcessResult, run, startOwned } from '../../base/process.ts';
import { conflist } from '../cni/conflist.ts';
import { type GatewayOptions, planGateway } from '../gateway/gateway.ts';

const cache = new URL('../../../.cache/', import.meta.url).pathname;
const ipProgram = join(cache, 'runtime/current/aux/ip');
const nftProgram = join(cache, 'runtime/current/aux/nft');
const cniDir = join(cache, 'runtime/current/cni');
const busybox = join(cache, 'test/current/bin/busybox');

const settings: GatewayOptions = {
  name: 'k3ts0',
  podCidrs: ['10.42.0.0/24'],
  serviceCidrs: ['10.43.0.0/16'],
  mtu: 1400,
};

/** One machine with its pods, and another machine beside it: network namespaces, real programs. */
export interface Lab {
  /** The `nft` program, as the machine has it. */
  readonly nft: string;
  readonly ip: string;
  readonly nodeAddress: string;
  readonly outsideAddress: string;
  /** Runs a program on the machine; a status other than 0 is a result. */
  node(words: readonly string[]): Promise<ProcessResult>;
  /** Adds a pod by the reference plugins; it answers on its port 8080 with its name and the asker's address. */
  addPod(name: string): Promise<{ readonly address: string }>;
  removePod(name: string): Promise<void>;
  /**
   * What answers at an address and port, asked from `node`, `outside` or a pod: `NAME sees ADDRESS`, or why nothing does
   * (`refused`, `silence`).
   */
  ask(from: string, address: string, port: number): Promise<string>;
}

export async function createLab(t: Pick<TestContext, 'after'>): Promise<Lab> {
  const prefix = `k3ts-test-${process.pid}-${randomBytes(3).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'k3ts-lab-'));
  const spaces = new Map<string, string>();
  const servers = new Map<string, OwnedProcess>();
  t.after(async () => {
    for (const server of servers.values()) await server.stop(1_000);
    for (const space of spaces.values()) await run('ip', ['netns', 'delete', space]);
    await rm(folder, { recursive: true });
  });
  const addSpace = async (name: string) => {
    const space = `${prefix}-${name}`;
    await run('ip', ['netns', 'add', space]);
    spaces.set(name, space);
    await run('ip', ['-netns', space, 'link', 'set', 'lo', 'up']);
    return space;
  };
  const pathOf = (name: string) => `/run/netns/${spaces.get(name)}`;
  const enter = (name: string, words: readonly string[], options = {}) =>
    run('nsenter', [`--net=${pathOf(name)}`, ...words], { allowFailure: true, ...options });
  const wrapper = async (name: string, program: string) => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\nexec nsenter --net=${pathOf('node')} ${program} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  };

  const [node, outside] = [await addSpace('node'), await addSpace('outside')];
  const [nodeAddress, outsideAddress] = ['10.77.0.1', '10.77.0.2'];
  await run('ip', ['link', 'add', 'eth0', 'netns', node, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', outside]);
  for (const [space, own, route] of [
    [node, nodeAddress, `default via ${outsideAddress}`],
    // As if a router sent external addresses to the node.
    [outside, outsideAddress, `203.0.113.0/24 via ${nodeAddress}`],
  ])
    await run('ip', ['-netns', space ?? '', '-batch', '-'], {
      input: `address add ${own}/24 dev eth0\nlink set eth0 up\nroute add ${route}\n`,
    });

  const script = new URL('apply-gateway.ts', import.meta.url).pathname;
  const input = JSON.stringify({ ip: ipProgram, plan: planGateway(settings) });
  await enter('node', [process.execPath, script], { input, allowFailure: false });

  const plugin = async (command: 'ADD' | 'DEL', name: string) => {
    const list = JSON.parse(conflist({ ...settings, ipamDir: join(folder, 'ipam') }));
    const env = { CNI_COMMAND: command, CNI_CONTAINERID: name, CNI_IFNAME: 'eth0', CNI_PATH: cniDir };
    const [first] = list.plugins;
    const config = JSON.stringify({ cniVersion: list.cniVersion, name: list.name, ...first });
    const result = await enter('node', [join(cniDir, first.type)], {
      input: config,
      env: { ...env, CNI_NETNS: pathOf(name) },
    });
    if (result.exitCode !== 0) throw new Error(`${first.type}: ${result.stdout}`);
    return result.stdout;
  };

  const serve = async (name: string) => {
    const cgi = join(folder, name, 'cgi-bin');
    await mkdir(cgi, { recursive: true });
    await writeFile(
      join(cgi, 'who'),
      `#!${busybox} sh\nprintf 'Content-Type: text/plain\\n\\n${name} sees %s' "$REMOTE_ADDR"\n`,
    );
    await chmod(join(cgi, 'who'), 0o755);
    const httpd = [busybox, 'httpd', '-f', '-p', '8080', '-h', join(folder, name)];
    servers.set(name, await startOwned('nsenter', [`--net=${pathOf(name)}`, ...httpd]));
  };
  await serve('node');
  await serve('outside');

  return {
    nft: await wrapper('nft', nftProgram),
    ip: await wrapper('ip', ipProgram),
    nodeAddress,
    outsideAddress,
    node: (words) => enter('node', words),
    async addPod(name) {
      await addSpace(name);
      const { ips } = JSON.parse(await plugin('ADD', name));
      await serve(name);
      return { address: String(ips[0].address).split('/')[0] ?? '' };
    },
    async removePod(name) {
      await servers.get(name)?.stop(1_000);
      servers.delete(name);
      await plugin('DEL', name);
    },
    async ask(from, address, port) {
      const url = `http://${address}:${port}/cgi-bin/who`;
      const { stdout, stderr } = await enter(from, [busybox, 'timeout', '2', busybox, 'wget', '-qO-', url]);
      if (stdout !== '') return stdout.replace(/\[(?:::ffff:)?(.*)\]/, '$1');
      if (stderr.includes('refused') || stderr.includes('unreachable')) return 'refused';
      return stderr.trim() === '' || stderr.includes('Terminated') ? 'silence' : stderr;
    },
  };
}
