import { argument, byPrefix, type CrictlWord, containerByPrefix, isOn } from './context.ts';

function decoded(info: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(info).map(([key, text]) => [key, /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text]),
  );
}

export const inspect: CrictlWord = {
  name: 'inspect',
  usage: 'CONTAINER',
  summary: 'everything about a container',
  flags: [],
  async run(call) {
    const { id } = await containerByPrefix(call, argument(call, 0, 'the id of a container'));
    const { status, info } = await call.cri.call('ContainerStatus', { containerId: id, verbose: true });
    call.context.out(`${JSON.stringify({ status, info: decoded(info) }, null, 2)}\n`);
    return 0;
  },
};

export const inspectPod: CrictlWord = {
  name: 'inspectp',
  usage: 'POD',
  summary: 'everything about a pod',
  flags: [],
  async run(call) {
    const all = (await call.cri.call('ListPodSandbox', {})).items;
    const { id } = byPrefix(all, argument(call, 0, 'the id of a pod'), 'pod');
    const { status, info } = await call.cri.call('PodSandboxStatus', { podSandboxId: id, verbose: true });
    call.context.out(`${JSON.stringify({ status, info: decoded(info) }, null, 2)}\n`);
    return 0;
  },
};

export const pull: CrictlWord = {
  name: 'pull',
  usage: 'IMAGE',
  summary: 'pull an image',
  flags: [],
  async run(call) {
    const image = argument(call, 0, 'the name of an image');
    const { imageRef } = await call.cri.call('PullImage', { image: { image } });
    call.context.out(`Image is up to date for ${imageRef}\n`);
    return 0;
  },
};

export const rmi: CrictlWord = {
  name: 'rmi',
  usage: 'IMAGE …',
  summary: 'remove images',
  flags: [],
  async run(call) {
    argument(call, 0, 'the name or id of an image');
    for (const image of call.args) {
      const found = (await call.cri.call('ImageStatus', { image: { image } })).image;
      if (!found) throw new Error(`${image}: no such image`);
      await call.cri.call('RemoveImage', { image: { image: found.id } });
      for (const tag of found.repoTags) call.context.out(`Deleted: ${tag}\n`);
    }
    return 0;
  },
};

export const info: CrictlWord = {
  name: 'info',
  usage: '',
  summary: 'the state of the container runtime',
  flags: [],
  async run(call) {
    const version = await call.cri.call('Version', { version: 'v1' });
    const { status, info: more } = await call.cri.call('Status', { verbose: true });
    call.context.out(`${JSON.stringify({ version, status, ...decoded(more) }, null, 2)}\n`);
    return (status?.conditions ?? []).every((condition) => condition.status) ? 0 : 1;
  },
};

const execTimeoutSeconds = 600;

export const exec: CrictlWord = {
  name: 'exec',
  usage: 'CONTAINER COMMAND …',
  summary: 'run a command in a container',
  flags: [
    { name: 'interactive', short: 'i', type: 'switch', help: 'not supported: use k3ts ctr task exec' },
    { name: 'tty', short: 't', type: 'switch', help: 'not supported: use k3ts ctr task exec' },
  ],
  stopAtFirst: true,
  async run(call) {
    const { id } = await containerByPrefix(call, argument(call, 0, 'the id of a container'));
    argument(call, 1, 'the command');
    if (isOn(call, 'interactive') || isOn(call, 'tty'))
      throw new Error(
        `exec with input or a terminal is not supported; use: k3ts ctr task exec --tty --exec-id e1 ${id} …`,
      );
    const request = { containerId: id, cmd: call.args.slice(1), timeout: execTimeoutSeconds };
    const answer = await call.cri.call('ExecSync', request, { timeoutMs: (execTimeoutSeconds + 5) * 1000 });
    call.context.out(Buffer.from(answer.stdout).toString());
    call.context.err(Buffer.from(answer.stderr).toString());
    return answer.exitCode;
  },
};
