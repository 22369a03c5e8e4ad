import { argument, byPrefix, type CrictlWord, containerByPrefix } from './context.ts';

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
