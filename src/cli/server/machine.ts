import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { errorCode } from '../../base/errors.ts';
import { type IpAddress, isLoopback, parseIp } from '../../base/ip.ts';
import { UsageError } from '../flags/flag.ts';
import type { Environment } from '../flags/settings.ts';
import type { Machine } from './options.ts';

/** Names of the interfaces of the default routes, from the texts of /proc/net/route and /proc/net/ipv6_route; lowest metric first. */
export function defaultRouteInterfaces(route4: string, route6: string): string[] {
  const found: { name: string; metric: number }[] = [];
  for (const line of route4.split('\n').slice(1)) {
    const [name, destination, , , , , metric, mask] = line.split('\t');
    if (name && destination === '00000000' && mask === '00000000') found.push({ name, metric: Number(metric) });
  }
  for (const line of route6.split('\n')) {
    const [destination, length, , , , metric, , , , name] = line.trim().split(/\s+/);
    if (name && name !== 'lo' && length === '00' && /^0+$/.test(destination ?? ''))
      found.push({ name, metric: Number.parseInt(metric ?? '', 16) });
  }
  return [...new Set(found.sort((a, b) => a.metric - b.metric).map((each) => each.name))];
}

/** Looks at the machine; changes nothing. Throws UsageError when the variable that ./k3ts sets is missing. */
export function inspectMachine(environment: Environment): Machine {
  const runtimeDir = environment['K3TS_RUNTIME_DIR'];
  if (!runtimeDir)
    throw new UsageError([
      'K3TS_RUNTIME_DIR: not set: start the program by ./k3ts, which brings in the container runtime',
    ]);
  return { hostname: hostname(), addresses: ownAddresses(), runtimeDir: resolve(runtimeDir) };
}

function ownAddresses(): IpAddress[] {
  const preferred = defaultRouteInterfaces(textIfThere('/proc/net/route'), textIfThere('/proc/net/ipv6_route'));
  const all = networkInterfaces();
  const names = [...preferred, ...Object.keys(all).filter((name) => !preferred.includes(name))];
  return names
    .flatMap((name) => all[name] ?? [])
    .map((each) => parseIp(each.address))
    .filter((address) => address !== undefined)
    .filter((address) => !isLoopback(address) && !isLinkLocal(address));
}

function isLinkLocal(address: IpAddress): boolean {
  return address.family === 4 ? address.value >> 16n === 0xa9fen : address.value >> 118n === 0x3fan;
}

/** A kernel without IPv6 has no file for its routes. */
function textIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
