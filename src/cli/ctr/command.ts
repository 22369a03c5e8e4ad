import { join } from 'node:path';
import { containerdSocket } from '../../options.ts';
import { become } from '../become.ts';
import type { Command } from '../command.ts';
import { dataDirFlags, findDataDir } from '../data-dir.ts';
import { parseCommandLine } from '../flags/command-line.ts';
import { inspectMachine } from '../server/machine.ts';

export const ctrCommand: Command = {
  help: () =>
    "Usage: k3ts ctr [--data-dir FOLDER] …\n\ncontainerd's client on the socket of the server's containerd, in the namespace k8s.io.\nEverything else is ctr's.\n",
  run(args, context) {
    // Ours come first; from the first flag or word that is not ours on, everything is ctr's.
    let own = 0;
    while (/^--?(data-dir|d|config|c)(=|$)/.test(args[own] ?? '')) own += args[own]?.includes('=') ? 1 : 2;
    const { settings } = parseCommandLine(dataDirFlags, args.slice(0, own));
    const dataDir = findDataDir(settings, context.environment);
    const { environment } = context;
    return become(join(inspectMachine(environment).runtimeDir, 'bin', 'ctr'), args.slice(own), {
      ...environment,
      CONTAINERD_ADDRESS: environment['CONTAINERD_ADDRESS'] || containerdSocket(dataDir),
      CONTAINERD_NAMESPACE: environment['CONTAINERD_NAMESPACE'] || 'k8s.io',
    });
  },
};
