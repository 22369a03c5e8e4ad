import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { errorCode } from '../../base/errors.ts';
import { formatIp, type IpAddress, parseIp } from '../../base/ip.ts';
import { findConflicts, readMachineNetwork } from '../../network/conflicts.ts';
import { networkNames } from '../../network/network.ts';
import { kubeletPort, type ServerOptions } from '../../options.ts';
import { UsageError } from '../flags/flag.ts';
import { placeProblems } from './places.ts';
import { findRunningServer } from './run-state.ts';

/** What must hold of the machine before the server may change anything. Throws UsageError with everything that is in the way. */
export async function checkMachine(options: ServerOptions, uid: number): Promise<void> {
  const problems: string[] = [];
  if (uid !== 0 && !options.disableAgent)
    problems.push(`user id ${uid}: running a node needs root (user id 0); start as root, or with --disable-agent`);
  const places = await placeProblems(options);
  if (places.length > 0) throw new UsageError([...problems, ...places]);
  const running = findRunningServer(options.dataDir);
  if (running)
    problems.push(
      `--data-dir: ${options.dataDir}: a server runs on it already (process ${running.pid}); stop it, or choose another folder`,
    );
  else {
    const bound = formatIp(options.bindAddress);
    const ports = [{ flag: '--https-listen-port', host: bound, port: options.httpsListenPort, change: true }];
    if (!options.disableAgent)
      ports.push({ flag: "the node agent's port", host: '0.0.0.0', port: kubeletPort, change: false });
    for (const { flag, host, port, change } of ports) {
      const failure = await listenFailure(host, port);
      if (failure === 'EADDRINUSE')
        problems.push(
          `${flag}: ${port}: another program listens on this port of ${host}; ${change ? 'choose another, or ' : ''}stop that program`,
        );
      else if (failure === 'EADDRNOTAVAIL') problems.push(`--bind-address: ${host}: not an address of this machine`);
      else if (failure) problems.push(`${flag}: ${port}: cannot listen on ${host} (${failure})`);
    }
  }
  if (!options.disableAgent) problems.push(...foreignAddresses(options.nodeIps), ...(await networkConflicts(options)));
  if (problems.length > 0) throw new UsageError(problems);
}

/** Addresses of the node that no link of this machine has: nothing would ever come to its pods and ports. */
function foreignAddresses(nodeIps: readonly IpAddress[]): readonly string[] {
  const links = Object.values(networkInterfaces()).flatMap((link) => link ?? []);
  const own = new Set(links.map(({ address }) => parseIp(address)).map((address) => address && formatIp(address)));
  return nodeIps
    .map(formatIp)
    .filter((address) => !own.has(address))
    .map((address) => `--node-ip: ${address}: not an address of this machine`);
}

/** What has addresses or routes in the cluster's ranges already. */
async function networkConflicts({ dataDir, clusterCidrs, serviceCidrs }: ServerOptions): Promise<readonly string[]> {
  const ranges = [
    ...clusterCidrs.map((cidr) => ({ what: '--cluster-cidr', cidr })),
    ...serviceCidrs.map((cidr) => ({ what: '--service-cidr', cidr })),
  ];
  return findConflicts(await readMachineNetwork('ip'), networkNames(dataDir).link, ranges).problems;
}

/** Tries to listen, and stops again. Undefined: it can be done. */
function listenFailure(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(errorCode(error) ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
