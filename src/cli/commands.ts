import type { Command } from './command.ts';

/**
 * Every command word, in the order of the help, each with how to load it: a command's code is read only when it runs.
 */
export const commands: readonly { readonly name: string; readonly summary: string; load(): Promise<Command> }[] = [
  {
    name: 'server',
    summary: 'run a server: control plane and, unless told otherwise, a node',
    load: async () => (await import('./server/command.ts')).serverCommand,
  },
  {
    name: 'kubectl',
    summary: 'kubectl, with the kubeconfig that the server wrote',
    load: async () => (await import('./kubectl/command.ts')).kubectlCommand,
  },
  {
    name: 'ctr',
    summary: "containerd's own client, on the server's containerd",
    load: async () => (await import('./ctr/command.ts')).ctrCommand,
  },
  {
    name: 'crictl',
    summary: 'pods, containers and images as the container runtime sees them',
    load: async () => (await import('./crictl/command.ts')).crictlCommand,
  },
  {
    name: 'status',
    summary: 'whether a server runs, its components are well and its node is Ready; if not, why',
    load: async () => (await import('./status/command.ts')).statusCommand,
  },
  {
    name: 'killall',
    summary: "end a data directory's server, pods and containers, and remove what they left on the machine",
    load: async () => (await import('./killall/command.ts')).killallCommand,
  },
];
