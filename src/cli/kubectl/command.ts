import { join } from 'node:path';
import { become } from '../become.ts';
import type { Command } from '../command.ts';
import { inspectMachine } from '../server/machine.ts';

const defaultKubeconfig = '/etc/k3ts/k3ts.yaml';

/** ./k3ts itself becomes kubectl without this; here for starts that do not go through it. */
export const kubectlCommand: Command = {
  help: () =>
    `Usage: k3ts kubectl …\n\nkubectl with KUBECONFIG, else ${defaultKubeconfig}. Everything after the word is kubectl's.\n`,
  run: (args, context) =>
    become(join(inspectMachine(context.environment).runtimeDir, 'bin', 'kubectl'), args, {
      ...context.environment,
      KUBECONFIG: context.environment['KUBECONFIG'] || defaultKubeconfig,
    }),
};
