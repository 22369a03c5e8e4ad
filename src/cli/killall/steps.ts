import { join } from 'node:path';
import { sleep, systemClock } from '../../base/clock.ts';
import { removeNetwork } from '../../network/cleanup.ts';
import { podCgroupRoot } from '../../node/agent.ts';
import { findRunningServer, startTicksOf } from '../server/run-state.ts';
import { removeCgroups } from './cgroups.ts';
import { unmountBelow } from './mounts.ts';
import { endProcesses, keepAlive, processesOf, readProcesses, sendSignal } from './processes.ts';
import { removeShimSockets } from './shim-sockets.ts';

/** One kind of thing that a data directory's server leaves on the machine. */
export interface CleanupStep {
  readonly what: string;
  /** Removes them and returns their names; an empty list when there are none. Throws when some cannot be removed. */
  remove(dataDir: string): Promise<readonly string[]>;
}

const serverStopMs = 30_000;
const endMs = 10_000;

/** In the order in which they can go: what makes things before what was made. */
export const cleanupSteps: readonly CleanupStep[] = [
  { what: 'server', remove: stopServer },
  {
    what: 'process',
    async remove(dataDir) {
      const ended = await endProcesses(() => processesOf(readProcesses(), dataDir), endMs);
      return ended.map((each) => `${each.pid} ${(each.args[0] ?? '').split('/').at(-1)}`);
    },
  },
  // Only what is the agent's: a folder named by mistake keeps its mounts.
  { what: 'mount', remove: (dataDir) => unmountBelow(join(dataDir, 'agent')) },
  { what: 'shim socket', remove: (dataDir) => removeShimSockets(join(dataDir, 'agent/run/containerd')) },
  { what: 'network', remove: (dataDir) => removeNetwork({ dataDir, ip: 'ip', nft: 'nft' }) },
  { what: 'control group', remove: (dataDir) => removeCgroups(podCgroupRoot(dataDir)) },
];

/** Asks the server to stop, so that it writes what it has to, and ends it when it takes too long. */
async function stopServer(dataDir: string): Promise<string[]> {
  const server = findRunningServer(dataDir);
  if (!server) return [];
  const runs = () => startTicksOf(server.pid) === server.startTicks;
  const endsAt = systemClock.monotonic() + serverStopMs;
  sendSignal(server.pid, 'SIGTERM');
  while (runs() && systemClock.monotonic() < endsAt) await keepAlive(sleep(systemClock, 50));
  if (runs()) sendSignal(server.pid, 'SIGKILL');
  return [`process ${server.pid}`];
}
