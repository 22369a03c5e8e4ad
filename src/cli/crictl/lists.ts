import type { Flag } from '../flags/flag.ts';
import { type CrictlCall, type CrictlWord, isOn } from './context.ts';
import { age, columns, shortId, size, state } from './format.ts';

const output: Flag = { name: 'output', short: 'o', type: 'text', placeholder: 'json', help: 'json: the whole answer' };
const quiet: Flag = { name: 'quiet', short: 'q', type: 'switch', help: 'ids only' };
const all: Flag = { name: 'all', short: 'a', type: 'switch', help: 'those that have ended, too' };
const podFlag: Flag = { name: 'pod', short: 'p', type: 'text', placeholder: 'POD', help: 'only those of this pod' };

interface Listing {
  readonly answer: unknown;
  readonly ids: readonly string[];
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function print(call: CrictlCall, listing: Listing): number {
  if (call.flags.get('output')?.values.at(-1) === 'json')
    call.context.out(`${JSON.stringify(listing.answer, null, 2)}\n`);
  else if (isOn(call, 'quiet')) call.context.out(listing.ids.map((id) => `${id}\n`).join(''));
  else call.context.out(columns([listing.heads, ...listing.rows]));
  return 0;
}

export const pods: CrictlWord = {
  name: 'pods',
  usage: '',
  summary: 'the pods',
  flags: [output, quiet],
  async run(call) {
    const answer = await call.cri.call('ListPodSandbox', {});
    const items = answer.items.toSorted((a, b) => b.createdAt - a.createdAt);
    return print(call, {
      answer,
      ids: items.map((pod) => pod.id),
      heads: ['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT'],
      rows: items.map((pod) => [
        ...[shortId(pod.id), age(pod.createdAt, call.now), state(pod.state)],
        ...[pod.metadata?.name ?? '', pod.metadata?.namespace ?? '', String(pod.metadata?.attempt ?? 0)],
      ]),
    });
  },
};

export const ps: CrictlWord = {
  name: 'ps',
  usage: '',
  summary: 'the containers that run',
  flags: [all, podFlag, output, quiet],
  async run(call) {
    const answer = await call.cri.call('ListContainers', {});
    const pod = call.flags.get('pod')?.values.at(-1) ?? '';
    const items = answer.containers
      .filter((each) => isOn(call, 'all') || each.state === 'CONTAINER_RUNNING')
      .filter((each) => each.podSandboxId.startsWith(pod))
      .toSorted((a, b) => b.createdAt - a.createdAt);
    return print(call, {
      answer,
      ids: items.map((each) => each.id),
      heads: ['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD'],
      rows: items.map((each) => [
        ...[shortId(each.id), each.image?.userSpecifiedImage || shortId(each.image?.image ?? '')],
        ...[age(each.createdAt, call.now), state(each.state), each.metadata?.name ?? ''],
        ...[
          String(each.metadata?.attempt ?? 0),
          shortId(each.podSandboxId),
          each.labels['io.kubernetes.pod.name'] ?? '',
        ],
      ]),
    });
  },
};

export const images: CrictlWord = {
  name: 'images',
  usage: '',
  summary: 'the images on this node',
  flags: [output, quiet],
  async run(call) {
    const answer = await call.cri.call('ListImages', {});
    return print(call, {
      answer,
      ids: answer.images.map((image) => image.id),
      heads: ['IMAGE', 'IMAGE ID', 'SIZE', 'PINNED'],
      rows: answer.images.flatMap((image) => {
        const names = image.repoTags.length > 0 ? image.repoTags : image.repoDigests.slice(0, 1);
        return (names.length > 0 ? names : ['<none>']).map((name) => [
          ...[name, shortId(image.id), size(image.size), image.pinned ? 'yes' : ''],
        ]);
      }),
    });
  },
};

export const stats: CrictlWord = {
  name: 'stats',
  usage: '',
  summary: 'what the containers use',
  flags: [output, quiet],
  async run(call) {
    const answer = await call.cri.call('ListContainerStats', {});
    return print(call, {
      answer,
      ids: answer.stats.map((each) => each.attributes?.id ?? ''),
      heads: ['CONTAINER', 'NAME', 'CPU %', 'MEM', 'DISK', 'INODES'],
      rows: answer.stats.map((each) => [
        ...[shortId(each.attributes?.id ?? ''), each.attributes?.metadata?.name ?? ''],
        ...[((each.cpu?.usageNanoCores?.value ?? 0) / 1e7).toFixed(2), size(each.memory?.workingSetBytes?.value ?? 0)],
        ...[size(each.writableLayer?.usedBytes?.value ?? 0), String(each.writableLayer?.inodesUsed?.value ?? 0)],
      ]),
    });
  },
};
